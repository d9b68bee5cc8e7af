"""Images a second of every augmentation, beside KerasCV's, Keras's and Albumentations'.

    python benchmarks/augmentation.py --albumentations ../albumentations/bin/python
    python benchmarks/augmentation.py --only RandAugment "standard CIFAR" --rounds 7

Ours run in `build_pipeline`, keyed; KerasCV's and Keras's as they are; all of them through
`tf.data` with AUTOTUNE, to float32 batches of 128 images of 32x32 or 32 of 224x224. Albumentations
takes images one by one: it runs in a process for each core, into float32 batches too, and what it
would cost to bring these to the training process is left out. It needs an environment of its own
(`python -m venv`, `pip install albumentations`), given by its Python; without, its column is empty.

Arms take turns, so that other work on the machine meets all of them. Printed: the median of the
rounds. Only ratios within one run are worth comparing. On a machine with other work, whoever has
more threads is given more of it: `--processor-time` divides by the work of all cores for the arm
in place of the time that passed, so that it tells images a second of one core.
"""

import argparse
import os
import platform
import subprocess
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import keras_cv
import numpy as np
import tensorflow as tf

from keras_recipes import augment

CV, K = keras_cv.layers, keras.layers
VALUES = (0, 255)


def quarter(side):
    """KerasCV's cutout rounds a factor of the side up."""
    return ((side // 4 - 0.5) / side,) * 2


def keras_layer(name, *arguments, **options):
    """A layer of Keras, None in a version without it."""
    return getattr(K, name)(*arguments, **options) if hasattr(K, name) else None


# A line each: ours, KerasCV's, Keras's, each a list of layers made for a side in pixels.
CASES = {
    "standard CIFAR": (
        lambda s: [augment.PaddedCrop(4), augment.Flip(), augment.Cutout(s // 4)],
        # Neither has a padded crop: a translation by as much is the nearest.
        lambda s: [
            CV.RandomTranslation(4 / s, 4 / s),
            CV.RandomFlip("horizontal", rate=0.5),
            CV.RandomCutout(quarter(s), quarter(s)),
        ],
        lambda s: [
            K.RandomTranslation(4 / s, 4 / s),
            K.RandomFlip("horizontal"),
            keras_layer("RandomErasing", (1.0, 1.0), scale=(1 / 16, 1 / 16)),
        ],
    ),
    "RandAugment": (
        lambda s: [augment.RandAugment(2, 9)],
        lambda s: [CV.RandAugment(VALUES, augmentations_per_image=2)],
        lambda s: [keras_layer("RandAugment", VALUES, num_ops=2)],
    ),
    "AugMix": (
        lambda s: [augment.AugMix()],
        lambda s: [CV.AugMix(VALUES)],
        lambda s: [keras_layer("AugMix", VALUES)],
    ),
    "MixUp": (
        lambda s: [augment.mixup(0.2)],
        lambda s: [CV.MixUp()],
        lambda s: [keras_layer("MixUp")],
    ),
    "CutMix": (
        lambda s: [augment.CutMix()],
        lambda s: [CV.CutMix()],
        lambda s: [keras_layer("CutMix")],
    ),
    "PaddedCrop": (lambda s: [augment.PaddedCrop(4)], None, None),
    "Flip": (
        lambda s: [augment.Flip()],
        lambda s: [CV.RandomFlip("horizontal", rate=0.5)],
        lambda s: [K.RandomFlip("horizontal")],
    ),
    "Cutout": (
        lambda s: [augment.Cutout(s // 4)],
        lambda s: [CV.RandomCutout(quarter(s), quarter(s))],
        None,
    ),
    "CropAndResize": (
        lambda s: [augment.CropAndResize()],
        lambda s: [CV.RandomCropAndResize((s, s), (0.08, 1.0), (3 / 4, 4 / 3))],
        None,
    ),
    "Rotation": (
        lambda s: [augment.Rotation(15)],
        lambda s: [CV.RandomRotation(15 / 360)],
        lambda s: [K.RandomRotation(15 / 360)],
    ),
    "Translation": (
        lambda s: [augment.Translation()],
        lambda s: [CV.RandomTranslation(0.1, 0.1)],
        lambda s: [K.RandomTranslation(0.1, 0.1)],
    ),
    "Zoom": (
        lambda s: [augment.Zoom()],
        lambda s: [CV.RandomZoom((-0.2, 0.2))],
        lambda s: [K.RandomZoom((-0.2, 0.2))],
    ),
    "Shear": (
        lambda s: [augment.Shear()],
        lambda s: [CV.RandomShear(0.2, 0.0)],
        lambda s: [keras_layer("RandomShear", 0.2, 0.0)],
    ),
    "ColorJitter": (
        lambda s: [augment.ColorJitter()],
        lambda s: [CV.RandomColorJitter(VALUES, 0.4, 0.4, 0.4, 0.1)],
        lambda s: [keras_layer("RandomColorJitter", VALUES, 0.4, 0.4, 0.4, 0.1)],
    ),
    "Brightness": (
        lambda s: [augment.Brightness()],
        lambda s: [CV.RandomBrightness(0.3, VALUES)],
        lambda s: [K.RandomBrightness(0.3)],
    ),
    "Contrast": (
        lambda s: [augment.Contrast()],
        lambda s: [CV.RandomContrast(VALUES, 0.3)],
        lambda s: [K.RandomContrast(0.3, VALUES)],
    ),
    "GaussianNoise": (lambda s: [augment.GaussianNoise()], None, None),
    "GaussianBlur": (
        lambda s: [augment.GaussianBlur((0.1, 1.0))],
        lambda s: [CV.RandomGaussianBlur(7, 1.0)],
        lambda s: [keras_layer("RandomGaussianBlur", 1.0, 7)],
    ),
    "RandomErasing": (
        lambda s: [augment.RandomErasing(probability=1.0)],
        None,
        lambda s: [keras_layer("RandomErasing", (1.0, 1.0))],
    ),
    "GridMask": (lambda s: [augment.GridMask()], lambda s: [CV.GridMask(ratio_factor=0.5)], None),
}
ARMS = ("ours", "KerasCV", "Keras", "Albumentations")


def batches(arm, make, side, batch):
    """Iterator of augmented batches, of the same images again and again."""
    values = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), np.uint8)
    images, labels = tf.constant(values), tf.one_hot(tf.range(batch) % 10, 10)
    layers = make(side)
    if None in layers:
        return None
    if arm == "ours":
        pipeline = augment.build_pipeline(
            layers, seed=0, image_shape=(side, side, 3), num_classes=10, batch_size=batch
        )

        def function(step):
            return pipeline(images, labels, tf.constant(0, tf.int64), step)
    else:

        def function(step):
            result = {"images": tf.cast(images, tf.float32), "labels": labels}
            for layer in layers:
                options = {"training": True} if arm == "Keras" else {}
                result = layer(result, **options)
            return result["images"], result["labels"]

    steps = tf.data.Dataset.counter()
    mapped = steps.map(function, num_parallel_calls=tf.data.AUTOTUNE)
    return iter(mapped.prefetch(tf.data.AUTOTUNE))


def speed(iterator, batch, seconds, processor_time):
    """Images a second, of the clock or of all cores' work for this process."""
    settle()
    count, begin, worked = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begin < seconds:
        next(iterator)
        count += batch
    if not processor_time:
        return count / (time.perf_counter() - begin)
    settle()  # so that as much was made as taken
    return count / (time.process_time() - worked)


def settle():
    """Wait until all pipelines have filled their buffers: an arm's work is not another's."""
    while True:
        worked = time.process_time()
        time.sleep(0.1)
        if time.process_time() - worked < 0.01:
            return


class Albumentations:
    """A worker process for each core, which measure at the same time."""

    def __init__(self, python):
        script = str(Path(__file__).with_name("albumentations_worker.py"))
        self.workers = [
            subprocess.Popen(
                [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(os.cpu_count())
        ]
        self.version = [each.stdout.readline().strip() for each in self.workers][0]

    def speed(self, name, side, batch, seconds, processor_time):
        """Images a second of all together, or of processor time; None if there is no such case."""
        for each in self.workers:
            each.stdin.write(f"{name}\t{side}\t{batch}\t{seconds}\t{int(processor_time)}\n")
            each.stdin.flush()
        answers = [each.stdout.readline().strip() for each in self.workers]
        if "-" in answers:
            return None
        found = list(map(float, answers))
        return sum(found) / len(found) if processor_time else sum(found)

    def close(self):
        """End the processes."""
        for each in self.workers:
            each.stdin.close()
            each.wait()


def measure(name, side, batch, options, albumentations):
    """Median images a second of each arm, None where it has no counterpart."""
    iterators = {}
    for arm, make in zip(ARMS, CASES[name], strict=False):
        iterator = None if make is None else batches(arm, make, side, batch)
        if iterator is not None:
            for _ in range(3):
                next(iterator)
            iterators[arm] = iterator
    speeds = {arm: [] for arm in ARMS}
    for _ in range(options.rounds):
        for arm, iterator in iterators.items():
            next(iterator)  # prepared while another arm had its turn
            found = speed(iterator, batch, options.seconds, options.processor_time)
            speeds[arm].append(found)
        if albumentations is not None:
            found = albumentations.speed(name, side, batch, options.seconds, options.processor_time)
            speeds["Albumentations"] += [] if found is None else [found]
    return {arm: np.median(found) if found else None for arm, found in speeds.items()}


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=CASES, metavar="CASE", default=list(CASES))
    parser.add_argument("--sides", nargs="+", type=int, default=[32, 224])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of an arm in a round; 0.5")
    parser.add_argument("--processor-time", action="store_true", help="count work, not time")
    parser.add_argument("--albumentations", metavar="PYTHON")
    options = parser.parse_args()
    albumentations = Albumentations(options.albumentations) if options.albumentations else None
    for side in options.sides:
        batch = 128 if side < 100 else 32
        unit = "images a second of processor time" if options.processor_time else "images/s"
        print(f"\n{unit}, batches of {batch} of {side}x{side}x3, median of {options.rounds}\n")
        print(f"| part | {' | '.join(ARMS)} | ours / best of the others |")
        print(f"|---|{'---|' * (len(ARMS) + 1)}")
        for name in options.only:
            found = measure(name, side, batch, options, albumentations)
            others = [found[arm] for arm in ARMS[1:] if found[arm]]
            ratio = f"{found['ours'] / max(others):.1f}" if others else ""
            cells = [f"{found[arm]:,.0f}" if found[arm] else "" for arm in ARMS]
            print(f"| {name} | {' | '.join(cells)} | {ratio} |", flush=True)
            keras.utils.clear_session()
    print(
        f"\n{platform.processor() or platform.machine()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, TensorFlow {tf.__version__}, Keras "
        f"{keras.__version__}, KerasCV {keras_cv.__version__}, Albumentations "
        f"{albumentations.version if albumentations else 'not measured'}"
    )
    if albumentations is not None:
        albumentations.close()


if __name__ == "__main__":
    main()
