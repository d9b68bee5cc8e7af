"""What the framework costs: the same network on the same stream, by hand and through `run`.

    python benchmarks/overhead.py                       # a trivial model, and ResNet-20
    python benchmarks/overhead.py --only trivial --rounds 9

Both arms train on one keyed stream, validate each epoch and are timed from one epoch's begin to
the next, the first epoch (tracing) left out. `run` also logs, saves its state and the best model
and moves its display. The arms take turns, the first of a pair changing each time; of each the
fastest epoch counts, since other work on a machine only ever adds. Loss, metrics, schedule and
augmentation are this package's in both arms, so their cost doesn't show. Printed: the median of
each arm, and the mean of the paired differences and ratios with its 95 % interval (t).
"""

import argparse
import io
import os
import platform
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import scipy.stats
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from keras_recipes import SGD, Call, CifarResNet, Cosine, Digits, PaddedCrop, Recipe
from keras_recipes.augment import PaddedCrop as PaddedCropLayer
from keras_recipes.augment import build_pipeline
from keras_recipes.cli.progress import LiveDisplay
from keras_recipes.data import Dataset, Examples, evaluation_batches, training_batches
from keras_recipes.losses import SmoothedCrossEntropy
from keras_recipes.metrics import Accuracy, NegativeLogLikelihood
from keras_recipes.models import cifar_resnet
from keras_recipes.optimizers import sgd
from keras_recipes.schedules import TableSchedule, cosine_decay
from keras_recipes.training import run
from keras_recipes.training.fit import dtype_policy
from keras_recipes.training.fused_batch_normalization import fuse_batch_normalization
from keras_recipes.training.hardware import training_device
from keras_recipes.training.job import Job
from keras_recipes.training.precision import choose_speed


def trivial_model(input_shape, num_classes):
    """One dense layer."""
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, keras.layers.Dense(num_classes)(keras.layers.Flatten()(inputs)))


def cases(steps):
    """Name, recipe, steps an epoch, image side."""
    recipe = Recipe(
        data=Digits(),
        model=Call("overhead.py:trivial_model"),
        optimizer=SGD(learning_rate=1e-4, reference_batch_size=None),
        schedule=Cosine(),
        epochs=6,
        batch_size=32,
        precision="float32",
    )
    resnet = replace(
        recipe,
        augment=(PaddedCrop(1, mode="constant"),),
        model=CifarResNet(),
        batch_size=128,
        precision="auto",
        epochs=4,
    )
    return {
        "trivial": (recipe, steps or 1000, 8),
        "resnet20": (resnet, steps or 100, 32),
    }


def dataset_of(recipe, steps, side):
    """Real digits, enlarged to `side` and repeated (by index) to fill the steps."""
    small = recipe.data.build()
    factor = side // 8
    images = small.train.images.repeat(factor, 1).repeat(factor, 2)
    if side > 8:
        images = np.repeat(images, 3, axis=3)
    rows = np.resize(small.train.indices, steps * recipe.batch_size)
    whole = Examples(images=images, labels=small.train.labels, indices=rows)
    held_out = Examples(images=images, labels=small.train.labels, indices=small.validation.indices)
    return Dataset(
        name="digits",
        train=whole,
        validation=held_out,
        read_test=lambda: held_out,
        class_names=small.class_names,
        fingerprint=small.fingerprint,
    )


class EpochClock(keras.callbacks.Callback):
    """When each epoch began."""

    def __init__(self):
        super().__init__()
        self.begins = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begins.append(time.perf_counter())

    def begin_phase(self, *about):
        """Asked of a display."""

    def end_epoch(self, record):
        """Asked of a display."""

    def seconds(self):
        """Of each epoch but the first and the last."""
        return np.diff(self.begins[1:])


def by_hand(recipe, dataset, steps):
    """The training script that somebody would write with Keras alone."""
    clock = EpochClock()
    speed = choose_speed(training_device(), recipe.precision)
    keras.utils.set_random_seed(recipe.seed)
    with dtype_policy(speed.precision):
        if isinstance(recipe.model, CifarResNet):
            model = cifar_resnet(dataset.image_shape, 10, mean=(75.0,) * 3, variance=(9000.0,) * 3)
        else:
            model = trivial_model(dataset.image_shape, 10)
        if speed.fused_batch_normalization:
            fuse_batch_normalization(model)
        augment = build_pipeline(
            [PaddedCropLayer(1, mode="constant")] if recipe.augment else [],
            seed=recipe.seed,
            image_shape=dataset.image_shape,
            num_classes=10,
            batch_size=recipe.batch_size,
        )
        batches = training_batches(
            dataset.train,
            10,
            seed=recipe.seed,
            batch_size=recipe.batch_size,
            first_step=0,
            last_step=steps * recipe.epochs,
            augment=augment,
        )
        rates = cosine_decay(recipe.optimizer.learning_rate, steps * recipe.epochs)
        model.compile(
            sgd(TableSchedule(rates), model),
            SmoothedCrossEntropy(),
            metrics=[Accuracy(), NegativeLogLikelihood()],
            jit_compile=speed.jit_compile,
        )
        model.fit(
            batches,
            epochs=recipe.epochs,
            steps_per_epoch=steps,
            validation_data=evaluation_batches(dataset.validation, 10, 500),
            callbacks=[clock],
            shuffle=False,
            verbose=0,
        )
    return clock.seconds()


def through_run(recipe, dataset, steps):
    """The same through `run`, with its directory and a live display."""
    clock = EpochClock()
    console = Console(file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(__file__).parent
        job = Job(name="overhead", recipe=recipe)
        directory = run.start(job, dataset, Path(folder), sources=here, command=[])
        display = LiveDisplay(console, recipe.epochs)
        run.train(recipe, dataset, directory, display=[clock, display])
    return clock.seconds()


def compare(name, recipe, steps, side, rounds):
    """Seconds of the fastest epoch of both arms, a row for each round."""
    dataset = dataset_of(recipe, steps, side)
    pairs = []
    for index in range(rounds):
        arms = [by_hand, through_run]
        measured = {}
        for arm in arms if index % 2 == 0 else arms[::-1]:
            measured[arm] = float(np.min(arm(recipe, dataset, steps)))
            keras.utils.clear_session()
        pairs.append((measured[by_hand], measured[through_run]))
        print(f"{name} round {index + 1}/{rounds}: {pairs[-1]}", flush=True)
    return np.array(pairs)


def interval(values):
    """Mean and half the width of its 95 % t interval."""
    reach = scipy.stats.t.ppf(0.975, len(values) - 1) * scipy.stats.sem(values)
    return float(np.mean(values)), float(reach)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=["trivial", "resnet20"])
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs, at least 2; 5")
    parser.add_argument("--steps", type=int, help="steps an epoch")
    options = parser.parse_args()
    table = Table(title="cost of the framework")
    for column in (
        "model", "steps", "by hand ms/step", "run ms/step", "difference ms/step", "ratio",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for name, (recipe, steps, side) in cases(options.steps).items():
        if options.only in (None, name):
            pairs = compare(name, recipe, steps, side, options.rounds)
            milliseconds = pairs * 1000 / steps
            difference = interval(milliseconds[:, 1] - milliseconds[:, 0])
            ratio = interval(pairs[:, 1] / pairs[:, 0])
            table.add_row(
                name,
                f"{steps}",
                f"{np.median(milliseconds[:, 0]):.3f}",
                f"{np.median(milliseconds[:, 1]):.3f}",
                f"{difference[0]:+.3f} ± {difference[1]:.3f}",
                f"{ratio[0]:.3f} ± {ratio[1]:.3f}",
            )
    Console().print(table)
    print(
        f"{options.rounds} pairs; {training_device().name}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, TensorFlow {tf.__version__}, "
        f"Keras {keras.__version__}"
    )


if __name__ == "__main__":
    main()
