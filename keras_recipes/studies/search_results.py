"""A search's trials as people and programs read them: table, CSV, JSON."""

import csv
import io

from keras_recipes.studies.search import Searched, Tried
from keras_recipes.studies.space import values_of

SHOWN = 5
"""Settings in the table, the best first."""


def headings(searched: Searched) -> tuple[str, ...]:
    """Of the table."""
    return "setting", searched.monitor, "epochs", "seconds"


def search_cells(searched: Searched) -> list[list[str]]:
    """The table's lines: the best settings, then the recipe as it is."""
    return [_cells(each) for each in (*searched.best()[:SHOWN], searched.plain)]


def _cells(tried: Tried):
    return [
        tried.variant.name,
        "failed" if tried.score is None else f"{tried.score:.4f}",
        "" if tried.epochs is None else str(tried.epochs),
        "" if tried.seconds is None else f"{tried.seconds:.1f}",
    ]


def search_markdown(searched: Searched) -> list[str]:
    """The table as lines of Markdown, with what it holds, and a heading for what follows."""
    names = headings(searched)
    return [
        "## The search",
        "",
        about_search(searched) + ".",
        "",
        f"| {' | '.join(names)} |",
        f"|{'---|' * len(names)}",
        *(f"| {' | '.join(each)} |" for each in search_cells(searched)),
        "",
        "## What was chosen, with other seeds",
        "",
    ]


def about_search(searched: Searched) -> str:
    """What the table holds, in a line."""
    shown = min(SHOWN, len(searched.best()))
    return (
        f"Validation scores with one seed: the best {shown} of {len(searched.tried) - 1} settings, "
        "and the recipe as it is"
    )


def search_csv(searched: Searched, space) -> str:
    """A line a setting in the order of their numbers: what came of it, and its choices."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    paths = [each.path for each in space]
    writer.writerow(["number", "state", searched.monitor, "epochs", "seconds", *paths, "trial"])
    for each in searched.tried:
        values = values_of(each.variant) or [""] * len(paths)
        about = (each.number, each.state, each.score, each.epochs, each.seconds, *values,
                 each.trial.key if each.trial else None)  # fmt: skip
        writer.writerow(["" if one is None else one for one in about])
    return text.getvalue()


def describe_search(searched: Searched, space, fresh: list[float], **about) -> dict:
    """The search as study.json has it.

    Args:
        space: as `parse_space` returns it.
        fresh: validation scores of the chosen setting with other seeds.
        about: what else is to be told of it.
    """
    return {
        **about,
        "monitor": searched.monitor,
        "space": {each.path: each.described for each in space},
        "chosen": searched.best()[0].number,
        "fresh_scores": fresh,
        "trials": [
            {
                "number": each.number, "assignments": list(each.variant.assignments),
                "state": each.state, "score": each.score, "epochs": each.epochs,
                "key": each.trial.key if each.trial else None, "error": each.error,
            }
            for each in searched.tried
        ],
    }  # fmt: skip
