"""Many trials, some at a time: each in a fresh process on cores of its own."""

import os
import subprocess
import sys
import time
from collections import deque

from keras_recipes.errors import RecipeError
from keras_recipes.studies.trials import Outcome, Trial, Trials, read_failure, read_outcome
from keras_recipes.training.limited_process import end_process

_LOOKED_AT_EVERY_SECONDS = 0.05


def core_groups(jobs: int) -> list[tuple[int, ...]]:
    """The cores that each of `jobs` trials at once runs on: as many for each, none shared.

    Raises:
        RecipeError: if there are more jobs than cores.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
    else:
        cores = list(range(os.cpu_count() or 1))
    if not 1 <= jobs <= len(cores):
        raise RecipeError(
            "--jobs", f"must be from 1 to {len(cores)}, the cores of this machine; got {jobs}",
            "The bits of a trial depend on its cores: give each at least one.",
        )  # fmt: skip
    each = len(cores) // jobs
    return [tuple(cores[index * each : (index + 1) * each]) for index in range(jobs)]


def run_trials(trials, kept: Trials, *, jobs: int = 1, tell=None) -> dict[str, Outcome]:
    """Run what is not finished yet; no process is left when this ends in whatever way.

    A trial that fails does not keep the others from running, and is tried again next time.

    Args:
        trials: in the order to run them in; equal ones are run once.
        kept: their folder.
        jobs: how many run at once.
        tell: called with a `Trial` and its `Outcome` when it has ended, and at the beginning for
            each that was finished already.

    Returns:
        what came of each, by its key.

    Raises:
        RecipeError: if there are more jobs than cores, or the folder can't be written.
    """
    groups = core_groups(jobs)
    outcomes, waiting = {}, deque()
    for trial in {each.key: each for each in trials}.values():
        outcome = read_outcome(trial)
        if outcome is None:
            waiting.append(trial)
            continue
        outcomes[trial.key] = outcome
        if tell is not None:
            tell(trial, outcome)
    free, running = list(range(jobs)), {}
    try:
        while waiting or running:
            while waiting and free:
                slot, trial = free.pop(0), waiting.popleft()
                running[slot] = trial, _start(trial, kept, slot, groups[slot], jobs)
            time.sleep(_LOOKED_AT_EVERY_SECONDS)
            for slot, (trial, process) in list(running.items()):
                if process.poll() is None:
                    continue
                del running[slot]
                free.append(slot)
                end_process(process)
                outcomes[trial.key] = read_outcome(trial) or read_failure(trial)
                if tell is not None:
                    tell(trial, outcomes[trial.key])
    finally:
        for _, process in running.values():
            end_process(process)
    return outcomes


def _start(trial: Trial, kept: Trials, slot, cores, jobs):
    try:
        kept.prepare(trial)
        (trial.folder / "output.txt").write_text("")
    except OSError as error:
        raise RecipeError(
            str(trial.folder), f"can't be written: {error}", "Name another folder by --studies."
        ) from None
    module = "keras_recipes.studies.trial_process"
    with open(trial.folder / "output.txt", "w", encoding="utf-8") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, str(trial.folder), ",".join(map(str, cores))],
            stdin=subprocess.PIPE,  # which closes with this process, and ends the trial
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(os.environ, slot, jobs),
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
