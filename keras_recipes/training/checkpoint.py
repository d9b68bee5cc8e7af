"""Everything that a run's next step depends on, in files that tell whether they are whole."""

import hashlib
import io
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from keras_recipes.atomic_file import replacing
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import copies, state_variables

KEPT = 2
_DIGITS = 16
"""Of the checksum, SHA-256 in hexadecimal, that a file's name ends in."""


@dataclass(frozen=True)
class Checkpoint:
    """What was saved."""

    path: Path
    about: dict
    """For JSON: how far the run had come."""
    arrays: dict
    """Name to array: `v0`, `v1`, ... of the state, `m0`, ... of the epoch's metrics so far; and
    `v0.1` of the second device, where what it holds is another."""

    def restore_state(self, model):
        """Put the saved state in a model that is built and compiled as it was.

        Raises:
            RecipeError: if it is that of another model.
        """
        self._assign("v", state_variables(model))

    def restore_metrics(self, model, batch):
        """Put back what the epoch's metrics had come to.

        Args:
            model: whose metrics they are.
            batch: arguments of its `compute_metrics`: any such batch.
        """
        model.compute_metrics(*batch)  # their variables come with the first
        self._assign("m", model.metrics_variables)

    def _assign(self, letter, variables):
        count = sum(name.startswith(letter) and "." not in name for name in self.arrays)
        arrays = [self.arrays[f"{letter}{index}"] for index in range(count)]
        if [each.shape for each in arrays] != [tuple(each.shape) for each in variables]:
            raise RecipeError(
                str(self.path), "holds the state of another model or optimizer",
                "Resume with the versions in run.json, or begin a new run.",
            )  # fmt: skip
        for index, (variable, array) in enumerate(zip(variables, arrays, strict=True)):
            for device, copy in enumerate(copies(variable)):
                copy.assign(self.arrays.get(f"{letter}{index}.{device}", array))


def as_arrays(letter: str, variables) -> dict:
    """Name to array of what variables hold now, as `Checkpoint.arrays` has it."""
    arrays = {}
    for index, variable in enumerate(variables):
        first, *others = (np.array(keras.ops.convert_to_numpy(each)) for each in copies(variable))
        arrays[f"{letter}{index}"] = first
        for device, other in enumerate(others, start=1):
            if other.tobytes() != first.tobytes():
                arrays[f"{letter}{index}.{device}"] = other
    return arrays


class Checkpoints:
    """The last two checkpoints of a run: `<phase>-<steps>-<kind>-<checksum>.npz` in a folder.

    Each is written beside its place, flushed and renamed. One that is damaged all the same is
    known by its checksum: the one before it is used. The kind is `epoch` for one that was made
    between epochs, and `step` within one.

    Args:
        folder: of the run's checkpoints; made where it is missing.
        keep_epoch: whether the last one between epochs is kept beside the last two.
    """

    def __init__(self, folder: Path, *, keep_epoch: bool = False):
        self.folder, self._keep_epoch = Path(folder), keep_epoch

    def any(self) -> bool:
        """Whether there is one, whole or not."""
        return bool(self._paths())

    def save(self, phase: int, steps: int, about: dict, model, *, metrics=None, others=None):
        """Write the state of a compiled model, and let the oldest of three go.

        Args:
            phase: in which the run is.
            steps: that it has come through, over all phases.
            about: for JSON.
            model: whose state it is.
            metrics: what the epoch's have come to, by `as_arrays("m", ...)`; None between epochs.
            others: more arrays by their names, which begin with `c`.

        Raises:
            RecipeError: if it can't be written, the disk being full, say; the last one is kept.
        """
        arrays = {**as_arrays("v", state_variables(model)), **(metrics or {}), **(others or {})}
        content = io.BytesIO()
        np.savez(content, about=np.array(json.dumps(about)), **arrays)
        written = content.getbuffer()
        order = f"{phase:03d}-{steps:010d}"
        kind = "epoch" if metrics is None else "step"
        path = self.folder / f"{order}-{kind}-{_checksum(written)}.npz"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as partial:
                partial.write_bytes(written)
        except OSError as error:
            raise RecipeError(
                str(path), f"could not be written: {error}",
                "Make room on the disk, or mend the folder; then go on by run --resume.",
            ) from None  # fmt: skip
        # What comes after it is of a time that has been gone back from.
        for other in self._paths():
            if other != path and other.name[: len(order)] >= order:
                other.unlink(missing_ok=True)
        paths = self._paths()
        kept = paths[-KEPT:]
        if self._keep_epoch:
            kept += [each for each in paths if "-epoch-" in each.name][-1:]
        for old in set(paths) - set(kept):
            old.unlink(missing_ok=True)
        if len(paths) > 1:  # there is another one again
            for damaged in self.folder.glob("*.damaged"):
                damaged.unlink(missing_ok=True)

    def load(self, *, kind: str = "") -> Checkpoint | None:
        """The newest that is whole, or None where nothing was saved; says on stderr what is not.

        Args:
            kind: `-epoch-` for one between epochs; any if it is empty.

        Raises:
            RecipeError: if there are some, and none is whole.
        """
        paths = [each for each in self._paths() if kind in each.name]
        for path in reversed(paths):
            found = _read(path)
            if found is not None:
                return found
            set_aside = path.with_suffix(".damaged")
            path.rename(set_aside)
            print(f"{path} is damaged: it is set aside as {set_aside.name}, and the one before it "
                  "is used", file=sys.stderr)  # fmt: skip
        if paths:
            raise RecipeError(
                str(self.folder), "holds no checkpoint that is whole",
                "Begin a new run; the best model so far is still there.",
            )  # fmt: skip
        return None

    def _paths(self):
        return sorted(self.folder.glob(f"{'[0-9]' * 3}-{'[0-9]' * 10}-*-*.npz"))


def _checksum(content):
    return hashlib.sha256(content).hexdigest()[:_DIGITS]


def _read(path):
    try:
        content = path.read_bytes()
        if _checksum(content) != path.stem.rpartition("-")[2]:
            return None
        with np.load(io.BytesIO(content)) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None
    return Checkpoint(path, json.loads(str(arrays.pop("about"))), arrays)
