"""What sets runs apart: their recipes field by field, and what came of each."""

import json
from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.training.run_files import RunFiles, read_run_files

SCORES = ("accuracy", "nll", "calibration_error", "brier_score")
_ABSENT = "-"


def read_runs(paths) -> dict[str, RunFiles]:
    """The runs by their folders' names; two of one name by their whole paths.

    Raises:
        RecipeError: if one is no run directory, or one is named twice.
    """
    paths = [Path(each) for each in paths]
    if len({each.resolve() for each in paths}) < len(paths):
        raise RecipeError("compare", "is given a run twice", "Name each run once.")
    names = [each.resolve().name for each in paths]
    named = [
        str(path) if names.count(name) > 1 else name
        for path, name in zip(paths, names, strict=True)
    ]
    return {name: read_run_files(path) for name, path in zip(named, paths, strict=True)}


def flat_recipe(path) -> dict:
    """`recipe.json` of a run directory.

    Raises:
        RecipeError: if it is not there, or is damaged.
    """
    file = Path(path) / "recipe.json"
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecipeError(
            str(file), f"can't be read: {error}", "Name a run directory that is whole."
        ) from None


def differing_fields(recipes: list[dict]) -> list[tuple]:
    """(field, its value in each recipe) wherever they are not all the same, in their order.

    Args:
        recipes: flat, as `flat_recipe` reads them.
    """
    names = list(dict.fromkeys(name for recipe in recipes for name in recipe))
    rows = []
    for name in names:
        values = [recipe.get(name, _ABSENT) for recipe in recipes]
        if any(each != values[0] for each in values):
            rows.append((name, *values))
    return rows


def without_details(rows: list[tuple]) -> list[tuple]:
    """Without fields that some recipes lack since a part of theirs is another, which is told."""
    parts = {row[0] for row in rows}

    def is_told(row):
        return _ABSENT in row[1:] and row[0].rpartition(".")[0] in parts

    return [row for row in rows if not is_told(row)]


def differing_facts(runs: list[RunFiles]) -> list[tuple]:
    """(fact, its value in each run) of versions, data, precision and machine that differ."""
    facts = [_facts(each.about) for each in runs]
    names = list(dict.fromkeys(name for each in facts for name in each))
    return [
        (name, *values)
        for name in names
        if len(set(map(str, values := [each.get(name, _ABSENT) for each in facts]))) > 1
    ]


def _facts(about):
    versions = {f"version of {name}": each for name, each in about.get("versions", {}).items()}
    machine = about.get("machine", {})
    return {
        "data": about["data"].get("fingerprint", "")[:12],
        "training images": about["data"].get("train"),
        "precision": about["speed"].get("precision"),
        "device": machine.get("device"),
        "cores": machine.get("cpu_cores"),
        **versions,
    }


def outcomes(runs: list[RunFiles]) -> list[tuple]:
    """(what, its value in each run): state, epochs, test scores, time."""
    results = [each.about.get("results") or {} for each in runs]
    rows = [
        ("state", *(each.about["state"] for each in runs)),
        ("epochs", *(len(each.records) for each in runs)),
        ("best epoch", *(each.get("best_epoch") for each in results)),
    ]
    for name in SCORES:
        values = [(each.get("test") or {}).get(name) for each in results]
        rows.append((f"test {name}", *(None if v is None else f"{v:.4f}" for v in values)))
    rows.append(("seconds", *(f"{each.about.get('seconds', 0):.0f}" for each in runs)))
    return rows
