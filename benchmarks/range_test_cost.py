"""What a step of a learning-rate range test costs, over a step of `fit` without it.

    python benchmarks/range_test_cost.py                  # a trivial model, and a ConvNet
    python benchmarks/range_test_cost.py --only convnet --pairs 60

Two equal models train on equal batches in two threads of one process and take turns, a block of
steps of the one, a block of the other, so that whatever else the machine does meets both alike: one
by `fit` alone, the other by the same `fit` with `LRRangeTest`, whose rates stay so low that it
comes to its end. The first block (tracing, and the range test's copy of the state) is left out.
Printed: the median of each arm's blocks, and the median of the paired ratios with its 95 %
bootstrap interval.
"""

import argparse
import os
import platform
import threading

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from overhead import EpochClock, Turns, interval, trivial_model
from rich.console import Console
from rich.table import Table

from keras_recipes.data import digits, training_batches
from keras_recipes.data.division import Division
from keras_recipes.losses import SmoothedCrossEntropy
from keras_recipes.metrics import Accuracy, NegativeLogLikelihood
from keras_recipes.models import conv_net
from keras_recipes.optimizers import sgd
from keras_recipes.schedules import TableSchedule
from keras_recipes.training.hardware import training_device
from keras_recipes.tuning import LRRangeTest

MODELS = {
    # name: (function of a shape and classes, image side, batch size, steps of a block, pairs)
    "trivial": (trivial_model, 8, 32, 200, 60),
    "convnet": (conv_net, 32, 64, 20, 60),
}


def compiled(build, shape, scheduled):
    """The model with what a run compiles it with."""
    keras.utils.set_random_seed(0)
    statistics = {} if build is trivial_model else {"mean": (75.0,), "variance": (9000.0,)}
    model = build(shape, 10, **statistics)
    rate = TableSchedule(np.full(10, 1e-4)) if scheduled else 1e-4
    metrics = [Accuracy(), NegativeLogLikelihood()]
    model.compile(sgd(rate, model), SmoothedCrossEntropy(), metrics=metrics)
    return model


def compare(name, steps, pairs, scheduled):
    """Seconds of a block without the test and of the one with it, shape `(pairs, 2)`."""
    build, side, batch_size, *usual = MODELS[name]
    steps, pairs = steps or usual[0], pairs or usual[1]
    blocks = pairs + 2  # one that traces, and a last one that the other arm does not follow
    examples = digits.load(Division()).train
    if side > 8:
        images = examples.images.repeat(side // 8, 1).repeat(side // 8, 2)
        examples = type(examples)(images=images, labels=examples.labels, indices=examples.indices)
    turns = Turns()
    clocks = [EpochClock(turns, 0), EpochClock(turns, 1)]
    test = LRRangeTest(1e-8, 1e-6, steps=steps * blocks, divergence=1e9)

    def train(clock, *callbacks):
        model = compiled(build, examples.images.shape[1:], scheduled)
        batches = training_batches(
            examples, 10, seed=0, batch_size=batch_size, first_step=0, last_step=steps * blocks
        )
        model.fit(
            batches, epochs=blocks, steps_per_epoch=steps, callbacks=[clock, *callbacks],
            shuffle=False, verbose=0,
        )  # fmt: skip

    other = threading.Thread(target=train, args=(clocks[1],))
    other.start()
    train(clocks[0], test)
    other.join()
    return np.array([clocks[1].seconds, clocks[0].seconds]).T[1:-1] / steps


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=MODELS)
    parser.add_argument("--pairs", type=int, help="of blocks; 60")
    parser.add_argument("--steps", type=int, help="a block; 200, of the ConvNet 20")
    options = parser.parse_args()
    table = Table(title="a step of a range test")
    for column in ("model", "rate", "pairs", "fit ms/step", "test ms/step", "difference", "ratio"):
        table.add_column(column, justify="right")
    for name in MODELS:
        for scheduled in (False, True):
            if options.only in (None, name):
                seconds = compare(name, options.steps, options.pairs, scheduled)
                table.add_row(
                    name,
                    "a schedule" if scheduled else "a number",
                    f"{len(seconds)}",
                    f"{np.median(seconds[:, 0]) * 1000:.3f}",
                    f"{np.median(seconds[:, 1]) * 1000:.3f}",
                    interval((seconds[:, 1] - seconds[:, 0]) * 1000),
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
