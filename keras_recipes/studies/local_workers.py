"""Trials on this machine: each in a fresh process on cores of its own."""

import os
import subprocess
import sys

from keras_recipes.errors import RecipeError
from keras_recipes.studies.core_leases import own_cores
from keras_recipes.studies.trials import Trial, Trials
from keras_recipes.training.limited_process import end_process


def core_groups(jobs: int) -> list[tuple[int, ...]]:
    """The cores that each of `jobs` trials at once runs on: as many for each, none shared.

    Raises:
        RecipeError: if there are more jobs than cores.
    """
    cores = own_cores()
    if not 1 <= jobs <= len(cores):
        raise RecipeError(
            "--jobs", f"must be from 1 to {len(cores)}, the cores of this machine; got {jobs}",
            "The bits of a trial depend on its cores: give each at least one.",
        )  # fmt: skip
    each = len(cores) // jobs
    return [tuple(cores[index * each : (index + 1) * each]) for index in range(jobs)]


class LocalWorkers:
    """Runs up to `jobs` trials at once, in processes that end with this one.

    Whatever runs trials has these methods; `end` is needed by successive halving alone.

    Args:
        kept: the folder of the trials.
        jobs: how many at once; the cores are divided among them.

    Raises:
        RecipeError: if there are more jobs than cores.
    """

    def __init__(self, kept: Trials, jobs: int = 1):
        self._kept, self._jobs = kept, jobs
        self._groups = core_groups(jobs)
        self._running = {}

    def has_room(self) -> bool:
        """Whether another trial can be started."""
        return len(self._running) < self._jobs

    def start(self, trial: Trial):
        """Start a trial; what it prints goes to output.txt in its folder.

        Raises:
            RecipeError: if its folder can't be written.
        """
        self._kept.prepare(trial)
        slot = min(set(range(self._jobs)) - set(self._running))
        self._running[slot] = trial, self._process(trial, slot)

    def ended(self) -> list[Trial]:
        """Trials whose process has ended since this was asked last, in whatever way."""
        found = []
        for slot, (trial, process) in list(self._running.items()):
            if process.poll() is None:
                continue
            del self._running[slot]
            end_process(process)
            found.append(trial)
        return found

    def end(self, trial: Trial):
        """End a running trial, of which `ended` will not tell; another run goes on with it."""
        for slot, (running, process) in list(self._running.items()):
            if running.key == trial.key:
                del self._running[slot]
                end_process(process)

    def close(self):
        """End what still runs; no process is left."""
        for _, process in self._running.values():
            end_process(process)
        self._running.clear()

    def _process(self, trial, slot):
        command = [
            sys.executable, "-m", "keras_recipes.studies.trial_process", str(trial.folder),
            ",".join(map(str, self._groups[slot])),
        ]  # fmt: skip
        with open(trial.folder / "output.txt", "w", encoding="utf-8") as output:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # which closes with this process, and ends the trial
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(os.environ, slot, self._jobs),
                **({"start_new_session": True} if os.name == "posix" else {}),  # Ctrl-C is for us
            )


def environment(inherited, slot: int, jobs: int) -> dict:
    """Environment of the trial in a slot: where there are several, each has its share of the GPUs.

    A GPU for each where `CUDA_VISIBLE_DEVICES` names as many; otherwise they share, and take the
    memory that they need rather than all.
    """
    changed = {**inherited, "TF_CPP_MIN_LOG_LEVEL": inherited.get("TF_CPP_MIN_LOG_LEVEL", "2")}
    if jobs == 1:
        return changed
    changed["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    gpus = [each for each in inherited.get("CUDA_VISIBLE_DEVICES", "").split(",") if each.strip()]
    if len(gpus) > 1:
        changed["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)]
    return changed
