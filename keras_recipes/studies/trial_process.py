"""One trial in a process of its own: `python -m keras_recipes.studies.trial_process FOLDER CORES`.

It is what `keras-recipes run` does with the same recipe on the same cores, to the bit: the process
is new, so nothing that another trial did is left in it.
"""

import argparse
import contextlib
import os
import shutil
import sys
import threading
from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.training.end_with_the_parent import end_with_the_parent
from keras_recipes.training.run_files import DONE, read_about

FAILED, OTHER_DATA = 1, 3
"""Exit codes."""


class _OtherData(RecipeError):
    pass


def use_cores(cores: tuple[int, ...]):
    """Let this process, and TensorFlow, which must not be loaded yet, run on these alone.

    Where a system has no such thing, TensorFlow is given as many threads.
    """
    if not cores:
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    else:
        for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
            os.environ[name] = str(len(cores))


@contextlib.contextmanager
def locked(folder: Path):
    """Wait until no other process runs this trial; the lock ends with the process."""
    with open(folder / "lock", "w") as file:
        with contextlib.suppress(ImportError):  # not on Windows
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_trial(folder: Path, fingerprint: str | None = None):
    """Run the recipe in a folder, or go on where an earlier process was ended.

    Args:
        folder: of the trial.
        fingerprint: that the data must have; None where it can only be the study's.

    Raises:
        RecipeError: if it can't be run.
    """
    from keras_recipes.training import run as training
    from keras_recipes.training.job import Job
    from keras_recipes.training.run_directory import RunDirectory

    loaded = load(str(folder / "recipe.py"))
    recipe = loaded.recipe
    begun = _begun(folder)
    if begun and begun[-1][1]["state"] in DONE:
        return
    dataset = recipe.data.build()
    if fingerprint not in (None, dataset.fingerprint):
        raise _OtherData(
            "data", f"is other data than the study's: {dataset.fingerprint}, not {fingerprint}",
            "Give every machine the same files.",
        )  # fmt: skip
    directory = None
    for path, about in begun:
        if _can_go_on(path, about):
            directory = RunDirectory(path)
        else:
            shutil.rmtree(path)
    if directory is None:
        directory = training.start(
            Job(name="run", recipe=recipe), dataset, folder, sources=loaded.directory,
            command=["keras-recipes", "run", str(loaded.path)],
        )  # fmt: skip
    # A search ends trials after whichever epoch, and another study goes on with them.
    training.train(recipe, dataset, directory, every_epoch=True)
    # What a resume would need is the size of the model twice over, and nobody will resume it.
    shutil.rmtree(directory.checkpoints, ignore_errors=True)


def _begun(folder):
    """(run directory, what run.json says) of each run in the folder, a finished one last."""
    found = []
    for path in sorted(each for each in folder.glob("run-*") if each.is_dir()):
        try:
            found.append((path, read_about(path)))
        except RecipeError:  # ended before run.json was there
            found.append((path, {"state": "failed"}))
    return sorted(found, key=lambda each: each[1]["state"] in DONE)


def _can_go_on(path, about):
    """Whether a run that was ended can be resumed to the same bits: on as many cores."""
    from keras_recipes.training.checkpoint import Checkpoints
    from keras_recipes.training.hardware import describe_machine, training_device

    return (
        about["state"] in ("running", "interrupted")
        and Checkpoints(path / "checkpoints").any()
        and about["machine"]["cpu_cores"] == describe_machine(training_device())["cpu_cores"]
    )


_removing = threading.Event()


def _remove(folder):
    """Renamed first, so that what still trains can't write into it while it is removed.

    A file takes its place until then: beneath it nothing can be made anew.
    """
    _removing.set()
    removed = folder.with_name(f"{folder.name}-removed")
    with contextlib.suppress(OSError):
        folder.rename(removed)
        folder.touch()
    shutil.rmtree(removed, ignore_errors=True)
    if folder.is_dir():  # made anew before the file was there
        shutil.rmtree(folder, ignore_errors=True)
    else:
        folder.unlink(missing_ok=True)


def main() -> int:
    """Run the trial that the command line names; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("cores", help="numbers with commas; none for all")
    parser.add_argument("--fingerprint", help="that the data must have")
    parser.add_argument(
        "--temporary", action="store_true", help="remove the folder where the parent ends"
    )
    options = parser.parse_args()
    folder = options.folder
    end_with_the_parent((lambda: _remove(folder)) if options.temporary else lambda: None)
    use_cores(tuple(int(each) for each in options.cores.split(",") if each))
    try:
        with locked(folder):
            run_trial(folder, options.fingerprint)
    except RecipeError as error:
        print(f"error: {error}")
        return OTHER_DATA if isinstance(error, _OtherData) else FAILED
    finally:
        if _removing.is_set():  # training has failed for want of its folder; the other thread
            threading.Event().wait()  # ends the process when all of it is gone
    return 0


if __name__ == "__main__":
    sys.exit(main())
