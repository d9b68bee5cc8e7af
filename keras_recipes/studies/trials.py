"""Trials: runs that a study needs, each kept under a hash of all that decides its result.

The folder of trials is shared by studies. What is finished in it is never run again, whichever
study asks for it, and whatever became of the one that ran it.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.recipe.load import named_files
from keras_recipes.recipe.text import to_python
from keras_recipes.training.run_directory import write_recipe
from keras_recipes.training.run_files import DONE, read_about

_DIVIDED = {"fold": None, "test_fold": None, "train_examples": None, "train_fraction": None,
            "split_seed": 0}  # fmt: skip
"""Fields of a data part that say which of its images are used, with their defaults."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run of a study."""

    variant: str
    """Name of what is changed in it."""
    recipe: Recipe
    """Resolved, its seed included."""
    key: str
    """Hash of the recipe, the files it names, the data and the versions."""
    folder: Path
    """Where it is kept."""

    @property
    def seed(self) -> int:
        """Of the run."""
        return self.recipe.seed

    def not_written(self, error: OSError) -> RecipeError:
        """The error that its folder can't be written, to be raised."""
        return RecipeError(
            str(self.folder), f"can't be written: {error}", "Name another folder by --studies."
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a trial."""

    run: dict | None
    """What run.json says; None where it did not come that far."""
    directory: Path | None
    """The run directory."""
    error: str | None = None
    """Why there are no results; None if there are."""

    @property
    def results(self) -> dict:
        """The test's scores, and `seconds`."""
        return {**self.run["results"]["test"], "seconds": self.run["seconds"]}


class Trials:
    """The folder in which trials are kept.

    Args:
        folder: it is made where it is missing.
        sources: the folder that files named in recipes lie in.
        versions: of the packages that compute, by name.
        fingerprint: function of a recipe's data to what identifies its images and labels.
    """

    def __init__(self, folder: Path, *, sources: Path, versions: dict, fingerprint):
        self._folder, self._sources = Path(folder), sources
        self.versions, self._fingerprint = versions, fingerprint
        self._data = {}

    def trial(self, variant: str, recipe: Recipe) -> Trial:
        """The trial of a recipe; nothing is written."""
        decides = {
            "recipe": to_python(recipe),
            "files": {each: self._hash_file(each) for each in named_files(recipe)},
            "data": self.fingerprint(recipe),
            "versions": self.versions,
        }
        unlabelled = recipe.pretrain and recipe.pretrain.unlabelled
        if unlabelled:
            decides["unlabelled"] = self._of_source(unlabelled)
        key = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]
        return Trial(variant=variant, recipe=recipe, key=key, folder=self._folder / key)

    def prepare(self, trial: Trial):
        """Write what its process reads, the recipe and the files that it names; empty output.txt.

        Raises:
            RecipeError: if its folder can't be written.
        """
        try:
            trial.folder.mkdir(parents=True, exist_ok=True)
            if not (trial.folder / "recipe.py").is_file():
                write_recipe(trial.folder, trial.recipe, self._sources)
            (trial.folder / "output.txt").write_text("")
        except OSError as error:
            raise trial.not_written(error) from None

    def fingerprint(self, recipe: Recipe) -> str:
        """What identifies the images of a recipe; they are read once, however they are divided."""
        return self._of_source(recipe.data)

    def _of_source(self, data):
        source = replace(data, **_DIVIDED)
        if source not in self._data:
            self._data[source] = self._fingerprint(source)
        return self._data[source]

    def _hash_file(self, name):
        return hashlib.sha256((self._sources / name).read_bytes()).hexdigest()


def read_outcome(trial: Trial) -> Outcome | None:
    """What came of a trial, or None where it has not been finished."""
    for directory in sorted(trial.folder.glob("*/run.json")):
        run = read_about(directory.parent)
        if run["state"] in DONE:
            return Outcome(run=run, directory=directory.parent)
    return None


def read_failure(trial: Trial) -> Outcome:
    """Why a trial whose process has ended has no results, in a line."""
    printed = trial.folder / "output.txt"
    lines = printed.read_text(errors="replace").strip().splitlines() if printed.is_file() else []
    told = [each for each in lines if each.startswith("error: ")]
    reason = (told or lines or ["its process ended without a word"])[-1]
    return Outcome(run=None, directory=None, error=reason.removeprefix("error: ")[:300])


def write_json(path: Path, value):
    """Write a JSON file that is never half there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        partial.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
