"""Training speed of ResNet-20 with Keras's batch normalisation and with the fused kernel.

    python benchmarks/batch_normalization.py

The four arms take turns on one batch of 128 images; printed are the medians of the rounds and the
ratio within each round, with its quartiles.
"""

import os
import platform
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console
from rich.table import Table

from keras_recipes.models import cifar_resnet
from keras_recipes.optimizers import sgd
from keras_recipes.training.fit import dtype_policy
from keras_recipes.training.fused_batch_normalization import fuse_batch_normalization
from keras_recipes.training.hardware import training_device

BATCH, STEPS, ROUNDS = 128, 15, 7


def compiled(policy, fused):
    """ResNet-20, ready to train, and traced."""
    with dtype_policy(policy):
        model = cifar_resnet((32, 32, 3), 10, mean=(125.0,) * 3, variance=(4000.0,) * 3)
        if fused:
            fuse_batch_normalization(model)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        model.compile(sgd(0.1, model, weight_decay=5e-3), loss, jit_compile=False)
    model.fit(batches(), steps_per_epoch=3, verbose=0)
    return model


def batches():
    """One batch of random images, over and over."""
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 255, (BATCH, 32, 32, 3)).astype("float32")
    labels = np.eye(10, dtype="float32")[generator.integers(0, 10, BATCH)]
    return tf.data.Dataset.from_tensors((images, labels)).repeat()


def main():
    """Measure and print."""
    arms = {
        (policy, fused): compiled(policy, fused)
        for policy in ("float32", "mixed_bfloat16")
        for fused in (False, True)
    }
    data = batches()
    speeds = {arm: [] for arm in arms}
    for _ in range(ROUNDS):
        for arm, model in arms.items():
            began = time.perf_counter()
            model.fit(data, steps_per_epoch=STEPS, verbose=0)
            speeds[arm].append(STEPS * BATCH / (time.perf_counter() - began))
    base = speeds["float32", False]
    table = Table(title=f"ResNet-20, batch {BATCH}, {ROUNDS} rounds of {STEPS} steps")
    for column in ("policy", "batch normalisation", "images/s", "against the first", "quartiles"):
        table.add_column(column)
    for (policy, fused), values in speeds.items():
        ratios = [value / other for value, other in zip(values, base, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        table.add_row(
            policy,
            "fused kernel" if fused else "Keras",
            f"{statistics.median(values):.0f}",
            f"{middle:.2f}",
            f"{low:.2f} to {high:.2f}",
        )
    Console().print(table)
    print(
        f"{training_device().name}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"TensorFlow {tf.__version__}, Keras {keras.__version__}"
    )


if __name__ == "__main__":
    main()
