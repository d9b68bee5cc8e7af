"""The folder that a run leaves: what was asked, what happened, what came of it.

Every file is whole at any moment: `metrics.jsonl` is appended to, a line an epoch, and the others
are written beside their place and renamed.
"""

import datetime
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.errors import RecipeError, some_of
from keras_recipes.recipe.load import named_files
from keras_recipes.recipe.text import to_flat, to_python
from keras_recipes.training.only_process import only_process
from keras_recipes.training.run_files import read_about, read_records


class RunDirectory:
    """Paths and files of one run.

    Made by `create` for a new run, and from its path for one that is there.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        self.recipe_file = self.path / "recipe.py"
        self.best_model = self.path / "best.keras"
        self.pretrained_model = self.path / "pretrained.keras"
        self.checkpoints = self.path / "checkpoints"
        self.metrics_file = self.path / "metrics.jsonl"
        self.events = self.path / "events"
        self.report = self.path / "report.html"
        self.rate_curve = self.path / "find_lr.png"
        self._about, self._records = None, []  # as last read or written, should a file be removed

    @classmethod
    def create(cls, parent: Path, name: str, recipe, sources: Path) -> "RunDirectory":
        """Make `parent/<name>-<date>-<time>` and write the recipe into it.

        Args:
            parent: folder of runs; made where it is missing.
            name: what the run is called.
            recipe: the recipe as it will run.
            sources: folder that the files named in the recipe lie in; they are copied.

        Raises:
            RecipeError: if the folder can't be written.
        """
        stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        try:
            path = _make_unique(Path(parent) / f"{name}-{stamp}")
            directory = cls(path)
            directory.checkpoints.mkdir()
            write_recipe(path, recipe, sources)
        except OSError as error:
            raise RecipeError(
                f"--runs {parent}", f"can't be written: {error}", "Name another folder."
            ) from None
        return directory

    def in_use(self):
        """Keep other processes off it within; the lock ends with this process, however it ends.

        Raises:
            RecipeError: if another one trains here.
        """
        return only_process(self.path, self.checkpoints / "lock")

    def read_run(self) -> dict:
        """What `run.json` says."""
        self._about = read_about(self.path)
        return self._about

    def write_run(self, about: dict):
        """Write `run.json` anew."""
        self._about = about
        self._write("run.json", json.dumps(about, indent=2) + "\n")

    def update_run(self, **changes) -> dict:
        """Change some of what `run.json` says; returns all of it."""
        try:
            about = self.read_run()
        except RecipeError:  # removed underneath
            if self._about is None:
                raise
            about = self._about
        about = {**about, **changes}
        self.write_run(about)
        return about

    def read_metrics(self) -> list[dict]:
        """One dict an epoch; a last line that was cut off is left out."""
        return read_records(self.metrics_file)

    def append_metrics(self, record: dict):
        """Add one epoch, and those of before should they have been removed.

        Raises:
            RecipeError: if it can't be written.
        """
        there = self.metrics_file.is_file()
        self._records.append(record)
        try:
            with self.metrics_file.open("a", encoding="utf-8") as file:
                for each in [record] if there else self._records:
                    file.write(json.dumps(each) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RecipeError(
                str(self.metrics_file), f"could not be written: {error}",
                "Make room on the disk, or mend the folder; then go on by run --resume.",
            ) from None  # fmt: skip

    def keep_metrics(self, epochs: int):
        """Forget what was logged after the first `epochs`, which a resumed run does again.

        Says on stderr which of them are not there.
        """
        kept = [each for each in self.read_metrics() if each["epoch"] <= epochs]
        lost = sorted(set(range(1, epochs + 1)) - {each["epoch"] for each in kept})
        if lost:
            print(f"{self.metrics_file} has lost epochs {some_of(map(str, lost), 4)}; "
                  "the training goes on without their record", file=sys.stderr)  # fmt: skip
        self._records = kept
        self._write("metrics.jsonl", "".join(json.dumps(each) + "\n" for each in kept))

    def put_back_recipe(self, recipe):
        """Write `recipe.py` and `recipe.json` again if the one was removed."""
        if not self.recipe_file.is_file():
            _write_values(self.path, recipe)

    def source_hashes(self, recipe) -> dict:
        """SHA-256 of each file that the recipe names."""
        return {
            file: hashlib.sha256((self.path / file).read_bytes()).hexdigest()
            for file in named_files(recipe)
        }

    def _write(self, name, text):
        _write(self.path / name, text)


def write_recipe(folder: Path, recipe, sources: Path):
    """Write `recipe.py` and `recipe.json`, and beside them the files that the recipe names.

    Args:
        folder: it exists.
        recipe: as it will run.
        sources: folder that the files named in it lie in.

    Raises:
        OSError: if it can't be written.
    """
    for file in named_files(recipe):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(sources / file, folder / file)
    _write_values(folder, recipe)


def _write_values(folder, recipe):
    _write(folder / "recipe.json", json.dumps(to_flat(recipe), indent=2) + "\n")
    _write(folder / "recipe.py", to_python(recipe))


def _write(path, text):
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def _make_unique(path: Path) -> Path:
    """Make the folder, with a number behind its name where another run has it."""
    candidate, number = path, 2
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            candidate.mkdir()
        except FileExistsError:
            candidate = path.with_name(f"{path.name}-{number}")
            number += 1
        else:
            return candidate
