"""A run from beginning to end: directory, training, test, and what run.json says of them."""

import contextlib
import datetime
import time
from dataclasses import asdict, replace
from pathlib import Path

from keras_recipes.data import Dataset
from keras_recipes.recipe import Recipe, resolve_phases, run_phases
from keras_recipes.training.devices import training_devices
from keras_recipes.training.evaluate import predict_examples, score
from keras_recipes.training.fit import fit_recipe
from keras_recipes.training.fold_logits import write_fold_logits
from keras_recipes.training.hardware import describe_machine, training_device, versions
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.job import Job
from keras_recipes.training.precision import Speed, choose_speed
from keras_recipes.training.run_directory import RunDirectory
from keras_recipes.tuning import FoundRate


def start(
    job: Job,
    dataset: Dataset,
    runs: Path,
    *,
    sources: Path,
    command: list[str],
    devices: tuple[str, ...] | None = None,
    found: FoundRate | None = None,
) -> RunDirectory:
    """Make the run directory of a new run.

    Args:
        job: what will run.
        dataset: its data, read.
        runs: the folder of runs.
        sources: where files that the recipe names lie.
        command: the command line, for the record.
        devices: names such as `"GPU:0"`; None for every GPU, or the CPU where there is none.
        found: what the recipe's learning rate was found by, for the record.
    """
    directory = RunDirectory.create(runs, job.name, job.recipe, sources)
    device = training_device()
    devices = training_devices() if devices is None else devices
    speed = choose_speed_on(devices, job.recipe.precision)
    directory.write_run(
        {
            "name": job.name,
            "command": command,
            "state": "running",
            "started": _now(),
            "seconds": 0.0,
            "seed": job.recipe.seed,
            "error": None,
            "stands_in_for": job.stands_in_for,
            "data": {
                "name": dataset.name,
                "train": len(dataset.train),
                "validation": len(dataset.validation),
                "image_shape": list(dataset.image_shape),
                "stored_shape": list(dataset.stored_shape),
                "class_names": list(dataset.class_names),
                "fingerprint": dataset.fingerprint,
                "skipped": list(dataset.skipped),
            },
            "speed": asdict(speed),
            "devices": list(devices),
            "machine": describe_machine(device),
            "versions": versions(),
            "sources": directory.source_hashes(job.recipe),
            "found_rate": None if found is None else _describe(found),
            "results": None,
        }
    )
    return directory


def _describe(found):
    """A rate that was found, as run.json has it; the one that trains, in recipe.py, is rounded."""
    return {
        "suggestion": found.rate,
        "low": found.low,
        "high": found.high,
        "repeats": len(found.curves),
        "valleys": found.valleys,
    }


def choose_speed_on(devices: tuple[str, ...], precision: str) -> Speed:
    """Precision and compilation of a run on `devices`, as `training_on` takes them."""
    speed = choose_speed(training_device(), precision)
    if len(devices) > 1:  # the fused kernel keeps statistics that replicas can't join
        speed = replace(speed, fused_batch_normalization=False)
    return speed


def train(recipe: Recipe, dataset: Dataset, directory: RunDirectory, **settings) -> dict:
    """Train, or go on training, then test the best epoch once; returns what run.json says.

    A run that is interrupted or fails says so in run.json and raises. `settings` are those of
    `fit_recipe`: `display`, `parallel_calls`, `checkpoint_minutes`, `every_epoch`.

    Raises:
        Interrupted: after Ctrl-C or SIGTERM.
        RecipeError: if the recipe can't be built, training fails, or another process trains here.
    """
    with directory.in_use():
        return _train(recipe, dataset, directory, **settings)


def _train(recipe, dataset, directory, **settings):
    began = time.monotonic()
    before = directory.read_run()["seconds"]
    directory.update_run(state="running", error=None)

    def elapsed():
        return before + time.monotonic() - began

    try:
        about = directory.read_run()
        speed, devices = Speed(**about["speed"]), tuple(about.get("devices", ()))
        model, progress = fit_recipe(
            recipe,
            dataset,
            directory,
            speed,
            devices=devices,
            **settings,
        )
        examples = dataset.read_test()
        logits = predict_examples(model, examples, dataset.num_classes)
        if recipe.data.test_fold is not None:
            write_fold_logits(directory.path, examples, logits)
        test = score(logits, examples.class_labels())
    except BaseException as error:
        asked = isinstance(error, Interrupted | KeyboardInterrupt)
        with contextlib.suppress(OSError):  # what it says is the error, not that it can't be said
            directory.update_run(
                state="interrupted" if asked else "failed",
                error=None if asked else f"{type(error).__name__}: {error}",
                ended=_now(),
                seconds=elapsed(),
            )
        raise
    best = progress.best or {}
    directory.put_back_recipe(recipe)
    return directory.update_run(
        state="stopped early" if progress.epochs < _planned_epochs(recipe) else "finished",
        ended=_now(),
        seconds=elapsed(),
        parameters=model.count_params(),
        results={
            "epochs": progress.epochs,
            "best_epoch": None if best.get("best_epoch") is None else best["best_epoch"] + 1,
            "monitor": resolve_phases(recipe)[-1].stopping.monitor,
            "best": best.get("best"),
            "rewinds": progress.rewinds,
            "test": test,
        },
    )


def _planned_epochs(recipe):
    return sum(phase.epochs for phase in run_phases(recipe))


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")
