"""What the framework costs: the same network on the same stream, by hand and through `run`.

    python benchmarks/overhead.py                       # a trivial model, and ResNet-20
    python benchmarks/overhead.py --only trivial --pairs 60

Both arms train on one keyed stream and validate each epoch; `run` also logs, saves its state and
the best model and moves its display. They train at once, in two threads of one process, and take
turns: one epoch of the one, one epoch of the other, so that whatever else the machine does meets
both alike. The first epoch (tracing) is left out. Loss, metrics, schedule and augmentation are
this package's in both arms, so their cost doesn't show. Printed: the median of each arm's epochs,
and the median of the paired differences and ratios with its 95 % bootstrap interval.
"""

import argparse
import io
import os
import platform
import tempfile
import threading
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


def cases(steps, pairs):
    """Name to (recipe, steps an epoch, image side, pairs of epochs)."""
    recipe = Recipe(
        data=Digits(),
        model=Call("overhead.py:trivial_model"),
        optimizer=SGD(learning_rate=1e-4, reference_batch_size=None),
        schedule=Cosine(),
        epochs=1,
        batch_size=32,
        precision="float32",
    )
    resnet = replace(
        recipe,
        augment=(PaddedCrop(1, mode="constant"),),
        model=CifarResNet(),
        batch_size=128,
        precision="auto",
    )
    return {
        "trivial": (recipe, steps or 1000, 8, pairs or 40),
        "resnet20": (resnet, steps or 100, 32, pairs or 12),
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


class Turns:
    """Two trainings that take turns; `run` in the main thread, since only there can it listen to
    signals, begins."""

    def __init__(self):
        self._turns = [threading.Semaphore(1), threading.Semaphore(0)]

    def wait(self, arm):
        """Until it is the arm's turn."""
        self._turns[arm].acquire()

    def hand_over(self, arm):
        """Let the other arm go on."""
        self._turns[1 - arm].release()


class EpochClock(keras.callbacks.Callback):
    """Seconds of each epoch, validation and every callback included; comes first in the list."""

    def __init__(self, turns, arm):
        super().__init__()
        self.seconds = []
        self._turns, self._arm = turns, arm
        self._began = None

    def on_epoch_begin(self, epoch, logs=None):
        self._stop()
        self._turns.wait(self._arm)
        self._began = time.perf_counter()

    def on_train_end(self, logs=None):
        self._stop()

    def _stop(self):
        if self._began is not None:
            self.seconds.append(time.perf_counter() - self._began)
            self._turns.hand_over(self._arm)

    def begin_phase(self, *about):
        """Asked of a display."""

    def end_epoch(self, record):
        """Asked of a display."""


def by_hand(recipe, dataset, steps, clock):
    """The training script that somebody would write with Keras alone."""
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


def through_run(recipe, dataset, clock):
    """The same through `run`, with its directory and a live display."""
    console = Console(file=io.StringIO(), force_terminal=True)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(__file__).parent
        job = Job(name="overhead", recipe=recipe)
        directory = run.start(job, dataset, Path(folder), sources=here, command=[])
        display = LiveDisplay(console, recipe.epochs)
        run.train(recipe, dataset, directory, display=[clock, display])


def compare(recipe, steps, side, pairs):
    """Seconds of an epoch by hand and of the one through `run` before it, shape `(pairs, 2)`."""
    # An epoch that traces, and a last one that the other arm does not follow.
    recipe = replace(recipe, epochs=pairs + 2)
    dataset = dataset_of(recipe, steps, side)
    turns = Turns()
    run_clock, hand_clock = EpochClock(turns, 0), EpochClock(turns, 1)
    hand = threading.Thread(target=by_hand, args=(recipe, dataset, steps, hand_clock))
    hand.start()
    through_run(recipe, dataset, run_clock)
    hand.join()
    both = np.array([hand_clock.seconds, run_clock.seconds]).T
    return both[1:-1]


def interval(values):
    """(median, lower, upper) as text, the bounds of a 95 % bootstrap interval."""
    result = scipy.stats.bootstrap(
        (values,), np.median, method="percentile", rng=np.random.default_rng(0)
    )
    low, high = result.confidence_interval
    return f"{np.median(values):.3f} ({low:.3f} to {high:.3f})"


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=["trivial", "resnet20"])
    parser.add_argument("--pairs", type=int, help="of epochs; 40, of ResNet-20 12")
    parser.add_argument("--steps", type=int, help="an epoch; 1000, of ResNet-20 100")
    options = parser.parse_args()
    table = Table(title="cost of the framework")
    for column in (
        "model", "steps", "pairs", "by hand ms/step", "run ms/step", "difference ms/step", "ratio",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for name, (recipe, steps, side, pairs) in cases(options.steps, options.pairs).items():
        if options.only in (None, name):
            seconds = compare(recipe, steps, side, pairs)
            milliseconds = seconds * 1000 / steps
            table.add_row(
                name,
                f"{steps}",
                f"{pairs}",
                f"{np.median(milliseconds[:, 0]):.3f}",
                f"{np.median(milliseconds[:, 1]):.3f}",
                interval(milliseconds[:, 1] - milliseconds[:, 0]),
                interval(seconds[:, 1] / seconds[:, 0]),
            )
    Console(width=120).print(table)
    print(
        f"{training_device().name}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, TensorFlow {tf.__version__}, "
        f"Keras {keras.__version__}"
    )


if __name__ == "__main__":
    main()
