"""How fast our augmentation layers are beside KerasCV's and Keras's: images/s by `tf.data`.

python benchmarks/augment_layers.py [--rounds 5] [--seconds 0.5] [--large] [--only flip,cutout]

One process, the layers in turn: each round maps every one over the same batch, in two parallel
calls, for the given time. Prints the median of the rounds and the ratio to ours.
"""

import argparse
import time

import keras
import keras_cv
import numpy as np
import tensorflow as tf

from keras_recipes import augment

RANGE = (0, 255)


def pairs(side):
    """Name to ours and the nearest of theirs, None where there is none."""
    cv, own = keras_cv.layers, keras.layers
    quarter = (side - 0.5) / side / 4
    return {
        "flip": (augment.Flip(), cv.RandomFlip("horizontal", rate=0.5)),
        "cutout": (augment.Cutout(side // 4), cv.RandomCutout(quarter, quarter)),
        "padded crop": (augment.PaddedCrop(side // 8), None),
        "rotation": (augment.Rotation(15), cv.RandomRotation(15 / 360)),
        "translation": (augment.Translation(), cv.RandomTranslation(0.1, 0.1)),
        "zoom": (augment.Zoom(), cv.RandomZoom((-0.2, 0.2))),
        "shear": (augment.Shear(), cv.RandomShear(0.2, 0.0)),
        "crop and resize": (
            augment.CropAndResize(),
            cv.RandomCropAndResize((side, side), (0.08, 1.0), (3 / 4, 4 / 3)),
        ),
        "brightness": (augment.Brightness(), cv.RandomBrightness(0.3, RANGE)),
        "contrast": (augment.Contrast(), cv.RandomContrast(RANGE, 0.3)),
        "colour jitter": (
            augment.ColorJitter(),
            cv.RandomColorJitter(RANGE, 0.4, 0.4, 0.4, 0.1),
        ),
        "noise": (augment.GaussianNoise(), None),
        "blur": (augment.GaussianBlur((0.1, 1.0)), cv.RandomGaussianBlur(7, 1.0)),
        "erasing": (augment.RandomErasing(probability=1.0), own.RandomErasing((1.0, 1.0))),
        "grid mask": (augment.GridMask(), cv.GridMask(ratio_factor=0.5)),
    }


def dataset(layer, images):
    """The layer's results for the same batch, again and again."""
    options = {"training": True} if isinstance(layer, keras.layers.RandomErasing) else {}
    steps = tf.data.Dataset.counter()
    return steps.map(lambda step: layer(images, **options), num_parallel_calls=2).prefetch(2)


def speed(batches, seconds):
    """Batches a second, after one to begin with."""
    iterator = iter(batches)
    next(iterator)
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        next(iterator)
        count += 1
    return count / (time.perf_counter() - begin)


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--large", action="store_true", help="32 of 224 pixels, not 128 of 32")
    parser.add_argument("--only", help="names of layers, with commas between them")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else None
    batch, side = (32, 224) if options.large else (128, 32)
    values = np.random.default_rng(0).uniform(0, 255, (batch, side, side, 3))
    images = tf.constant(values, tf.float32)
    arms = {}
    chosen = {k: v for k, v in pairs(side).items() if wanted is None or k in wanted}
    for name, (ours, theirs) in chosen.items():
        arms[name, "ours"] = dataset(ours, images)
        if theirs is not None:
            arms[name, "theirs"] = dataset(theirs, images)
    speeds = {arm: [] for arm in arms}
    for _ in range(options.rounds):
        for arm, batches in arms.items():
            speeds[arm].append(batch * speed(batches, options.seconds))
    print(f"images/s, {batch} of {side}x{side}x3, median of {options.rounds}")
    for name in chosen:
        ours = np.median(speeds[name, "ours"])
        theirs = np.median(speeds.get((name, "theirs"), [np.nan]))
        print(f"| {name} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.1f} |", flush=True)


if __name__ == "__main__":
    main()
