"""What exact resuming costs: checkpoints, skipping to a step, deterministic operations.

    python benchmarks/resume_cost.py

Checkpoints: the time to save the state, three networks. Skipping: from nothing to the first batch
of a stream that begins at step 10 and at step 100,000. Determinism: images a second with
`deterministic=True` and without, in turn, a process each.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NETWORKS = {
    "ResNet-20, SGD with averages": ("resnet", 20),
    "WRN-16-4, SGD with averages": ("wide", 4),
    "ResNet-50, Adam": ("resnet50", None),
}


def main():
    """Measure, and print three tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=7, help="7")
    parser.add_argument("--train", choices=("True", "False"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        print(images_per_second(arguments.train == "True"))
        return
    measure_saving(arguments.repeats)
    measure_skipping(arguments.repeats)
    measure_determinism(arguments.repeats)


def measure_saving(repeats):
    """Seconds and size of a checkpoint."""
    import keras

    from keras_recipes.models.cifar_resnet import cifar_resnet
    from keras_recipes.models.wide_resnet import wide_resnet
    from keras_recipes.optimizers import sgd
    from keras_recipes.training.checkpoint import Checkpoints

    print("| state of | MB | seconds to save, median (range) | least time between, for 2 % |")
    print("|---|---|---|---|")
    for name, (kind, size) in NETWORKS.items():
        if kind == "resnet50":
            model = keras.applications.ResNet50(weights=None)
            model.compile("adam", "categorical_crossentropy")
        else:
            made = {"resnet": lambda s: cifar_resnet((32, 32, 3), 10, depth=s),
                    "wide": lambda s: wide_resnet((32, 32, 3), 10, depth=16, widen_factor=s),
                    }  # fmt: skip
            model = made[kind](size)
            model.compile(sgd(0.1, model, ema_momentum=0.99), "categorical_crossentropy")
        model.optimizer.build(model.trainable_variables)
        with tempfile.TemporaryDirectory() as folder:
            checkpoints, times = Checkpoints(Path(folder)), []
            for step in range(repeats + 1):
                began = time.perf_counter()
                checkpoints.save(0, step, {}, model)
                times.append(time.perf_counter() - began)
            megabytes = max(Path(folder).glob("*.npz")).stat().st_size / 1e6
        print(f"| {name} | {megabytes:.1f} | {told(times[1:], 3)} | "
              f"{statistics.median(times[1:]) / 0.02:.1f} s |")  # fmt: skip


def measure_skipping(repeats):
    """Seconds to the first batch."""
    import numpy as np

    from keras_recipes.augment import RandAugment, build_pipeline
    from keras_recipes.data import Examples, training_batches

    rng = np.random.default_rng(0)
    examples = Examples.whole(
        rng.integers(0, 256, (50_000, 32, 32, 3), np.uint8), rng.integers(0, 10, 50_000)
    )
    augment = build_pipeline(
        [RandAugment()], seed=0, image_shape=(32, 32, 3), num_classes=10, batch_size=128
    )

    def seconds(step):
        began = time.perf_counter()
        batches = training_batches(
            examples, 10, seed=0, batch_size=128, augment=augment, first_step=step,
            last_step=step + 1,
        )  # fmt: skip
        next(iter(batches))
        return time.perf_counter() - began

    seconds(0)
    near, far = zip(*((seconds(10), seconds(100_000)) for _ in range(repeats)), strict=True)
    print("\n| from nothing to the batch of | seconds, median (range) |\n|---|---|")
    print(f"| step 10 | {told(near, 3)} |\n| step 100,000 | {told(far, 3)} |")


def measure_determinism(repeats):
    """Images a second, in turn."""
    found = {"False": [], "True": []}
    for _ in range(repeats):
        for wanted, speeds in found.items():
            done = subprocess.run(
                [sys.executable, __file__, "--train", wanted], capture_output=True, text=True,
                check=True,
            )  # fmt: skip
            speeds.append(float(done.stdout.split()[-1]))
    ratios = [on / off for off, on in zip(*found.values(), strict=True)]
    print("\n| deterministic | images a second, median (range) |\n|---|---|")
    for wanted, speeds in found.items():
        print(f"| {wanted} | {told(speeds, 0)} |")
    print(f"\nratio, pair by pair: {told(ratios, 3)}")


def images_per_second(deterministic):
    """Of a ResNet-20 on images of CIFAR-10's size with RandAugment, after warming up."""
    import keras
    import numpy as np

    from keras_recipes.augment import RandAugment, build_pipeline
    from keras_recipes.data import Examples, training_batches
    from keras_recipes.models.cifar_resnet import cifar_resnet
    from keras_recipes.training.determinism import op_determinism

    rng = np.random.default_rng(0)
    examples = Examples.whole(
        rng.integers(0, 256, (2000, 32, 32, 3), np.uint8), rng.integers(0, 10, 2000)
    )
    with op_determinism(deterministic):
        augment = build_pipeline(
            [RandAugment()], seed=0, image_shape=(32, 32, 3), num_classes=10, batch_size=64
        )
        keras.utils.set_random_seed(0)
        model = cifar_resnet((32, 32, 3), 10, depth=20)
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss)
        times = []
        for first, last in ((0, 5), (5, 45)):
            batches = training_batches(
                examples, 10, seed=0, batch_size=64, augment=augment, first_step=first,
                last_step=last,
            )  # fmt: skip
            began = time.perf_counter()
            model.fit(batches, verbose=0)
            times.append(time.perf_counter() - began)
    return 40 * 64 / times[1]


def told(values, digits):
    """Median and range."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


if __name__ == "__main__":
    main()
