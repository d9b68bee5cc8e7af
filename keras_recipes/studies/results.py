"""A study's results as people and programs read them: table, CSV, JSON."""

import csv
import io
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.studies.rows import METRICS, Row, describe
from keras_recipes.studies.study import Study
from keras_recipes.studies.trials import write_json
from keras_recipes.studies.verdict import verdict

HEADINGS = ("variant", "accuracy", "difference, 95 %", "p", "nll", "calib.", "seconds")


def cells(row: Row) -> list[str]:
    """A variant's line: means over its seeds, and the paired difference of accuracy."""
    effect = row.effects.get("accuracy")
    difference, p = "", ""
    if effect is not None:
        difference = f"{effect.mean:+.4f}"
        if effect.pairs > 1:
            difference += f" ± {effect.high - effect.mean:.4f}"
            p = f"{effect.p:.2g}"
    return [
        row.variant.name,
        _number(row.mean("accuracy"), 4),
        difference,
        p,
        _number(row.mean("nll"), 4),
        _number(row.mean("calibration_error"), 4),
        _number(row.mean("seconds"), 1),
    ]


FURTHER = {"nll": "nll", "calibration_error": "calib.", "seconds": "seconds"}
"""Metrics beside accuracy, and what their columns are called."""


def further_cells(row: Row) -> list[str]:
    """A variant's differences from the first row in `FURTHER`, a star where one is shown."""
    return [row.variant.name, *(_difference(row.effects.get(each)) for each in FURTHER)]


def _difference(effect):
    if effect is None:
        return ""
    text = f"{effect.mean:+.4f}" + (
        f" ± {effect.high - effect.mean:.4f}" if effect.pairs > 1 else ""
    )
    return f"{text} *" if effect.is_shown else text


def about(study: Study) -> str:
    """What the table holds, in a line."""
    return (
        f"Test scores, means over {len(study.seeds)} seeds; differences from the first row, paired "
        "by seed; p corrected for the number of rows"
    )


def markdown(study: Study, rows: list[Row], name: str, says: list[str], before=()) -> str:
    """The table with what it shows, and the command of each row.

    Args:
        before: lines between the title and the table.
    """
    lines = [f"# {name}", "", *before, f"{about(study)}.", ""]
    lines += [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * len(HEADINGS)}"]
    lines += [f"| {' | '.join(cells(row))} |" for row in rows]
    lines += [
        "",
        "Differences from the first row; a star where shown (p below 5 %, corrected).",
        "",
    ]
    lines += [f"| variant | {' | '.join(FURTHER.values())} |", f"|{'---|' * (1 + len(FURTHER))}"]
    lines += [f"| {' | '.join(further_cells(row))} |" for row in rows[1:]]
    lines += ["", *says, "", "```bash", *(row.command for row in rows), "```", ""]
    return "\n".join(lines)


def write_results(study, rows, trials, outcomes, folder: Path, *, kind, name, says=None,
                  also=None, before=()):  # fmt: skip
    """Write `study.md`, `study.json` and `trials.csv`; returns their paths.

    Args:
        says: what the study has shown, in sentences; None for the `verdict` on its rows.
        also: what else `study.json` has, by name.
        before: lines in front of the table of `study.md`.
    """
    says = verdict(rows) if says is None else says
    record = describe(study, rows, trials, outcomes, kind=kind, name=name)
    record = {**record, "verdict": says, **(also or {})}
    write_json(folder / "study.json", record)
    for file, text in (
        ("trials.csv", trials_csv(study, rows)),
        ("study.md", markdown(study, rows, name, says, before)),
    ):  # fmt: skip
        with replacing(folder / file) as partial:
            partial.write_text(text, encoding="utf-8")
    return [folder / each for each in ("study.md", "study.json", "trials.csv")]


def trials_csv(study: Study, rows: list[Row]) -> str:
    """A line a trial: variant, seed, scores."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["variant", "seed", *METRICS])
    for row in rows:
        for index, seed in enumerate(study.seeds):
            values = [row.values[metric][index] for metric in METRICS]
            writer.writerow(
                [row.variant.name, seed, *("" if each is None else each for each in values)]
            )
    return text.getvalue()


def _number(value, digits):
    return "" if value is None else f"{value:.{digits}f}"
