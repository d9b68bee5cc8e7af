"""Trains on two logical CPU devices, in a process of its own: see test_devices.py."""

import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from keras_recipes import (
    MLP,
    SGD,
    Call,
    Cosine,
    CrossEntropy,
    Digits,
    MixUp,
    PaddedCrop,
    RateSearch,
    Recipe,
    Rotations,
)
from keras_recipes.training import progress, run
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.find_rate import find_rate
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.job import Job

TWO = ("CPU:0", "CPU:1")

RECIPE = Recipe(
    data=Digits(train_examples=300),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.4)),
    model=Call("my_parts.py:model"),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=SGD(learning_rate=0.2, weight_decay=1e-3, ema_momentum=0.9, layer_decay=0.5),
    schedule=Cosine(warmup_epochs=1),
    epochs=2,
    batch_size=32,
    precision="float32",
)


class StopAt(keras.callbacks.Callback):
    """A display that interrupts the second epoch."""

    def begin_phase(self, *about):
        pass

    def end_epoch(self, record):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self._epoch == 1 and batch == 3:
            raise Interrupted


def begin(folder, devices, recipe):
    """The data set and the run directory of a run on `devices`."""
    dataset = recipe.data.build()
    job = Job(name="small", recipe=recipe)
    return dataset, run.start(
        job, dataset, folder / "runs", sources=folder, command=["test"], devices=devices
    )


def train(folder, devices, recipe=RECIPE, interrupt=False):
    """(metrics, final arrays, the run directory) of a run on `devices`."""
    dataset, directory = begin(folder, devices, recipe)
    if interrupt:
        with contextlib.suppress(Interrupted):
            run.train(recipe, dataset, directory, display=[StopAt()], checkpoint_minutes=1e-9)
        directory.steps = Checkpoints(directory.checkpoints).load().about["step"]
    run.train(recipe, dataset, directory)
    metrics = [
        {name: each[name] for name in ("loss", "accuracy", "val_nll", "val_accuracy")}
        for each in directory.read_metrics()
    ]
    return metrics, Checkpoints(directory.checkpoints).load().arrays, directory


def furthest(one, other):
    """The largest difference between two sets of arrays of numbers."""
    numbers = [name for name in one if one[name].dtype.kind == "f"]
    assert numbers
    return float(max(np.abs(one[name] - other[name]).max() for name in numbers))


def main(folder):
    """Print what test_devices.py looks at."""
    progress.EPOCH_SECONDS, progress.MOST_OF_THE_TIME = 0.0, 1e9
    one, one_arrays, _ = train(folder, ("CPU:0",))
    two, two_arrays, directory = train(folder, TWO)
    # Without averages, which take the place of each device's own at the end of an epoch.
    statistics = replace(
        RECIPE,
        model=Call("my_parts.py:model", normalize=True),
        optimizer=replace(RECIPE.optimizer, ema_momentum=None),
    )
    whole, whole_arrays, _ = train(folder, TWO, statistics)
    resumed, resumed_arrays, broken = train(folder, TWO, statistics, interrupt=True)
    answer = {
        "one": one,
        "two": two,
        "whole": whole,
        "resumed": resumed,
        "steps": broken.steps,
        "difference": furthest(one_arrays, two_arrays),
        "own": sum("." in name for name in whole_arrays),
        "resumed_difference": furthest(whole_arrays, resumed_arrays),
        "devices": directory.read_run()["devices"],
        "loads": len(keras.models.load_model(directory.best_model).weights),
    }
    for devices in (("CPU:0",), TWO):
        speed = run.choose_speed_on(devices, "float32")
        options = {"devices": devices, "repeats": 1, "steps": 30}
        found = find_rate(RECIPE, RECIPE.data.build(), folder, speed, **options)
        answer[f"range test on {len(devices)}"] = found.curves[0].losses[:25].tolist()
    searched = replace(RECIPE, schedule=RateSearch(every_epochs=1, trial_steps=4))
    for devices in (("CPU:0",), TWO):
        _, _, directory = train(folder, devices, searched)
        about = Checkpoints(directory.checkpoints).load().about
        answer.setdefault("searches", []).append(about["rate"]["searches"][0])
    answer["rate before the search"] = directory.read_metrics()[0]["learning_rate"]
    for name, recipe, devices in (
        ("uneven", replace(RECIPE, batch_size=33), TWO),
        ("missing", RECIPE, ("CPU:0", "GPU:3")),
        ("accumulate", replace(RECIPE, optimizer=SGD(accumulate=2)), TWO),
        ("clip", replace(RECIPE, optimizer=SGD(clip_norm=1.0, ema_momentum=0.9)), TWO),
    ):
        try:
            train(folder, devices, recipe)
        except Exception as error:
            answer[name] = f"{type(error).__name__}: {error}"
    print(json.dumps(answer))


def pretrained_on_one_and_on_two(folder):
    """Print the metrics of turns told on one device and on two; a process of its own: the network
    is another."""
    pretrain = Rotations(epochs=2, augment=(), optimizer=SGD(learning_rate=0.05), schedule=None)
    recipe = replace(
        RECIPE, augment=(), model=MLP(hidden_units=(16,)), optimizer=SGD(), schedule=None,
        pretrain=pretrain, epochs=1,
    )  # fmt: skip
    answer = []
    for devices in (("CPU:0",), TWO):
        dataset, directory = begin(folder, devices, recipe)
        run.train(recipe, dataset, directory)
        answer.append(directory.read_metrics())
    print(json.dumps(answer))


if __name__ == "__main__":
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    (pretrained_on_one_and_on_two if sys.argv[2:] else main)(Path(sys.argv[1]))
