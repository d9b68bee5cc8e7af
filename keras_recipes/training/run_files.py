"""What a run directory says in its three text files, read without Keras."""

import json
from dataclasses import dataclass
from pathlib import Path

from keras_recipes.errors import RecipeError

DONE = ("finished", "stopped early")
"""States of a run that has nothing left to do."""


@dataclass(frozen=True, kw_only=True)
class RunFiles:
    """A run as its directory tells it."""

    about: dict
    """`run.json`."""
    records: list[dict]
    """`metrics.jsonl`, one an epoch."""
    recipe: str
    """Text of `recipe.py`."""


def read_run_files(path: Path) -> RunFiles:
    """Read `run.json`, `metrics.jsonl` and `recipe.py`.

    A run that has finished no epoch may lack `metrics.jsonl`; a last line that was cut off is
    left out.

    Raises:
        RecipeError: if `path` is not a run directory.
    """
    path = Path(path)
    require_run_files(path)
    return RunFiles(
        about=read_about(path),
        records=read_records(path / "metrics.jsonl"),
        recipe=(path / "recipe.py").read_text(encoding="utf-8"),
    )


def require_run_files(path: Path):
    """Raise `RecipeError` unless `path` is a run directory."""
    for needed in ("run.json", "recipe.py"):
        if not (path / needed).is_file():
            raise RecipeError(
                str(path), f"is not a run directory: it has no {needed}",
                "Name a folder that `run` has made, such as runs/cifar_resnet-...",
            )  # fmt: skip


def read_about(path: Path) -> dict:
    """`run.json` in a run directory; raises `RecipeError` if it is damaged."""
    try:
        about = json.loads((path / "run.json").read_text(encoding="utf-8"))
        missing = {"name", "state", "data", "speed", "seed"} - set(about)
    except (OSError, ValueError, TypeError) as error:
        about, missing = None, error
    if missing:
        raise RecipeError(
            str(path / "run.json"),
            f"is damaged: {missing}",
            f"Begin a new run: keras-recipes run {path / 'recipe.py'}.",
        )
    return about


def read_records(file: Path) -> list[dict]:
    """The epochs in `metrics.jsonl`; none where there is no file yet."""
    records = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return records
