"""Batch sizes of a recipe tried one after another, each in a process of its own."""

import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from keras_recipes.data.store import MEMORY_SHARE, cache_directory, free_memory
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.override import override
from keras_recipes.training.batch_attempt import harmless
from keras_recipes.training.batch_settings import accumulation
from keras_recipes.training.devices import training_devices
from keras_recipes.training.limited_process import run_limited
from keras_recipes.training.memory_size import format_memory
from keras_recipes.training.run_directory import RunDirectory

FREE_SHARE = 0.9
"""Share of the memory that is free at the beginning which an attempt may take without a limit."""
ROOM = 0.05
"""Share of the limit that an attempt must leave: a long run comes to take a little more."""
EPOCHS, LONG_EPOCHS = 2, 6
"""Of a few steps each, in an attempt and in one that makes sure."""
_ACCUMULATED = 2
"""Batches an update of an attempt that accumulates: as much memory as any number takes, and updates
within its few steps."""
_TOLD_LINES = 30


class AttemptFailed(Exception):
    """An attempt ended by an error that has nothing to do with memory; holds what it printed."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of one batch size."""

    batch_size: int
    fits: bool
    reason: str
    """Why it does not fit; "" if it does."""
    peak: int | None
    """The most memory that it took, in bytes: of the process on a CPU, of tensors on a GPU; None
    where a GPU's was not told."""
    seconds: tuple[float, ...] = ()
    """Of each timed step; none unless it fits, or where the phase is of one step, which is compiled
    as it runs. Without them there is no pace."""
    refused: bool = False
    """Whether the recipe can't have this size, however much memory there is."""

    @property
    def step_seconds(self) -> float:
        """Median time of a step."""
        return statistics.median(self.seconds)

    @property
    def images_per_second(self) -> float:
        """By the median time of a step."""
        return self.batch_size / self.step_seconds

    @property
    def spread(self) -> tuple[float, float]:
        """Images a second that the middle half of the steps lie within."""
        if len(self.seconds) < 2:
            return self.images_per_second, self.images_per_second
        low, _, high = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return self.batch_size / high, self.batch_size / low


class BatchAttempts:
    """A recipe made ready for attempts: its data are read once, into a folder that is removed.

    Used by `with`; nothing is left on the disk and no process runs when that ends.

    Args:
        recipe: what would be trained.
        sources: the folder that files named in the recipe lie in.
        memory_limit: bytes: of the process on a CPU, of each GPU where there are some. None: nine
            tenths of what is free now, and of a GPU what TensorFlow takes by itself.
        steps: timed steps of an epoch, at least 1.
        phase: name of the phase whose steps are timed; all phases are tried.

    Attributes:
        images: to train on.
        devices: how many share each batch, which must be a multiple of it.
        on_gpu: whether a GPU trains.
        limit: bytes that what is measured may take, as `memory_limit`; None for a GPU without one.

    Raises:
        RecipeError: if the data can't be read, or the limit is above what is free.
    """

    def __init__(self, recipe, sources: Path, *, memory_limit, steps: int, phase: str):
        self._recipe, self._sources = harmless(recipe), sources
        self._steps, self._phase = steps, phase
        self.devices = len(training_devices())
        self.on_gpu = training_devices()[0].startswith("GPU")
        self.limit = memory_limit
        self._tried = False

    def __enter__(self):
        try:
            cache_directory().mkdir(parents=True, exist_ok=True)
            # Not the system's folder for such files, which may itself be memory.
            self._folder = Path(tempfile.mkdtemp(prefix="find-batch-", dir=cache_directory()))
        except OSError as error:
            raise RecipeError(
                str(cache_directory()), f"can't be written: {error}",
                "Make room, or name another place with KERAS_RECIPES_CACHE.",
            ) from None  # fmt: skip
        try:
            self._read_data()
            self._write_recipe()
            self._choose_limit()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read_data(self):
        """Read the data once, to the disk, so that an attempt need not decode them again."""
        hide_gpus()
        store = getattr(self._recipe.data, "store", None)
        self._environment = dict(os.environ)
        if store in ("memory", "auto"):
            data = replace(self._recipe.data, store="disk")
            self._recipe = replace(self._recipe, data=data)
            cache = str(self._folder / "data")
            self._environment["KERAS_RECIPES_CACHE"] = cache
            with _environment_variable("KERAS_RECIPES_CACHE", cache):
                dataset = data.build()
            share = dataset.train.images.nbytes / max(free_memory(), 1)
            self._in_memory = store == "memory" or share <= MEMORY_SHARE
        else:
            dataset = self._recipe.data.build()
            self._in_memory = False
        self.images = len(dataset.train)

    def _write_recipe(self):
        """Keep the recipe as it is now, whatever becomes of its file while attempts are made."""
        self._written = RunDirectory.create(self._folder, "recipe", self._recipe, self._sources)

    def _choose_limit(self):
        free = free_memory()
        self._process_limit = int(FREE_SHARE * free)
        if self.on_gpu:
            return
        if self.limit is not None and self.limit > free:
            raise RecipeError(
                "--memory-limit", f"is {format_memory(self.limit)}, but {format_memory(free)} "
                "are free",
                "Give less, or end what takes the rest.",
            )  # fmt: skip
        self._process_limit = self.limit = self.limit or self._process_limit

    def run(self, batch_size: int, long: bool = False, accumulated: bool = False) -> Attempt:
        """Try a batch size.

        Args:
            batch_size: images a step.
            long: whether to go on for three times as many epochs.
            accumulated: whether each optimizer adds gradients up, which takes memory of its own,
                where the recipe's does not.

        Raises:
            RecipeError: if the recipe is wrong, which shows in the first attempt. What a later one
                is refused for belongs to its size: then it does not fit for that reason.
            AttemptFailed: if something else than memory ended it.
        """
        first, self._tried = not self._tried, True
        assignments = [f"batch_size={batch_size}"]
        try:
            if accumulated:
                assignments += accumulation(self._recipe, _ACCUMULATED)
            override(self._recipe, assignments)  # MixUp, say, refuses a batch of one
        except RecipeError as error:
            if first:
                raise
            return _refused(batch_size, error, None)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=f"{batch_size}-") as folder:
            ended, outcome, printed = self._run_process(
                assignments, Path(folder), LONG_EPOCHS if long else EPOCHS
            )
        peak = outcome.get("gpu_peak") if self.on_gpu else ended.peak
        if ended.over_limit:
            if self.on_gpu:
                return _unfit(batch_size, f"its process ended at {format_memory(ended.peak)}", None)
            return _unfit(batch_size, f"ended at {format_memory(ended.peak)}", ended.peak)
        if "memory" in outcome:
            return _unfit(batch_size, outcome["memory"], peak)
        if "refused" in outcome:
            error = RecipeError(*outcome["refused"])
            if first:
                raise error
            return _refused(batch_size, error, peak)
        if "seconds" in outcome:
            return Attempt(
                batch_size=batch_size,
                fits=True,
                reason="",
                peak=peak,
                seconds=tuple(outcome["seconds"]),
            )
        if ended_for_memory(ended.code, printed):
            return _unfit(batch_size, f"ended by the system (exit code {ended.code})", peak)
        raise AttemptFailed(
            f"the attempt with batches of {batch_size} failed, exit code {ended.code}:\n"
            + "\n".join(printed.splitlines()[-_TOLD_LINES:])
        )

    def _run_process(self, assignments, folder, epochs):
        """(how the process ended, its outcome, what it printed)."""
        request = {
            "recipe": str(self._written.recipe_file),
            "assignments": assignments,
            "steps": self._steps,
            "epochs": epochs,
            "phase": self._phase,
            "in_memory": self._in_memory,
            "gpu_limit": self.limit if self.on_gpu else None,
            "folder": str(folder),
        }
        (folder / "request.json").write_text(json.dumps(request))
        module = "keras_recipes.training.batch_attempt"
        with (folder / "printed.txt").open("w+b") as output:
            ended = run_limited(
                [sys.executable, "-m", module, str(folder / "request.json")],
                limit=int((1 - ROOM) * self._process_limit),
                environment=self._environment,
                output=output,
            )
            output.seek(0)
            printed = output.read().decode("utf-8", "replace")
        outcome = folder / "outcome.json"
        return ended, json.loads(outcome.read_text()) if outcome.is_file() else {}, printed


def ended_for_memory(code: int, printed: str) -> bool:
    """Whether a process that told nothing itself was ended since there was no memory.

    By the kernel, whose signal is SIGKILL, or by C++, which aborts after `std::bad_alloc`.
    """
    return code == -9 or (code < 0 and "bad_alloc" in printed)


def hide_gpus():
    """Leave the GPUs to the attempts: this process would otherwise take all of their memory."""
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")


@contextlib.contextmanager
def _environment_variable(name, value):
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _unfit(batch_size, reason, peak):
    return Attempt(batch_size=batch_size, fits=False, reason=reason, peak=peak)


def _refused(batch_size, error, peak):
    refusal = _unfit(batch_size, f"refused: {error.where} {error.problem}", peak)
    return replace(refusal, refused=True)
