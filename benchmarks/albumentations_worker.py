"""Albumentations' side of `augmentation.py`, run by the Python of an environment of its own.

Reads lines `case side batch seconds processor_time`, augments images one by one, as Albumentations
does, into float32 batches, and answers with images a second; `-` where it has no counterpart.
"""

import os
import sys
import time

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import albumentations as A
import cv2
import numpy as np

cv2.setNumThreads(1)  # a process for each core instead


def _operations():
    """RandAugment's 14 at magnitude 9; Albumentations has the parts and no RandAugment."""
    warp = {"p": 1, "interpolation": cv2.INTER_NEAREST, "fill": 128}
    still = {"x": (0, 0), "y": (0, 0)}
    return [
        A.NoOp(p=1),
        A.AutoContrast(p=1),
        A.Equalize(p=1),
        A.Rotate((-27, 27), border_mode=cv2.BORDER_CONSTANT, **warp),
        A.Solarize((0.1, 0.1), p=1),
        A.ColorJitter((1, 1), (1, 1), (0.19, 1.81), (0, 0), p=1),
        A.Posterize(4, p=1),
        A.RandomBrightnessContrast((0, 0), (-0.81, 0.81), p=1),
        A.RandomBrightnessContrast((-0.81, 0.81), (0, 0), p=1),
        A.Sharpen(p=1),
        A.Affine(shear={**still, "x": (-15, 15)}, **warp),
        A.Affine(shear={**still, "y": (-15, 15)}, **warp),
        A.Affine(translate_percent={**still, "x": (-0.4, 0.4)}, **warp),
        A.Affine(translate_percent={**still, "y": (-0.4, 0.4)}, **warp),
    ]


def _crop(side):
    return [
        A.PadIfNeeded(side + 8, side + 8, border_mode=cv2.BORDER_REFLECT_101),
        A.RandomCrop(side, side),
    ]


def _cutout(side):
    return A.CoarseDropout((1, 1), (side // 4, side // 4), (side // 4, side // 4), fill=128, p=1)


CASES = {
    "standard CIFAR": lambda side: [*_crop(side), A.HorizontalFlip(), _cutout(side)],
    "RandAugment": lambda side: [A.SomeOf(_operations(), n=2, replace=True, p=1)],
    "PaddedCrop": _crop,
    "Flip": lambda side: [A.HorizontalFlip()],
    "Cutout": lambda side: [_cutout(side)],
    "CropAndResize": lambda side: [A.RandomResizedCrop((side, side))],
    "Rotation": lambda side: [A.Rotate((-15, 15), p=1)],
    "Translation": lambda side: [A.Affine(translate_percent=(-0.1, 0.1), p=1)],
    "Zoom": lambda side: [A.Affine(scale=(0.8, 1.2), p=1)],
    "Shear": lambda side: [A.Affine(shear=(-11, 11), p=1)],
    "ColorJitter": lambda side: [
        A.ColorJitter((0.6, 1.4), (0.6, 1.4), (0.6, 1.4), (-0.1, 0.1), p=1)
    ],
    "Brightness": lambda side: [A.RandomBrightnessContrast((-0.3, 0.3), (0, 0), p=1)],
    "Contrast": lambda side: [A.RandomBrightnessContrast((0, 0), (-0.3, 0.3), p=1)],
    "GaussianNoise": lambda side: [A.GaussNoise(p=1)],
    "GaussianBlur": lambda side: [A.GaussianBlur(sigma_limit=(0.1, 1.0), p=1)],
    "RandomErasing": lambda side: [A.Erasing(p=1)],
    "GridMask": lambda side: [A.GridDropout(p=1)],
}


def speed(name, side, batch, seconds, processor_time):
    """Images a second, of the clock or of processor time."""
    images = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), np.uint8)
    augment = A.Compose(CASES[name](side))
    count, begin = 0, None
    while begin is None or time.perf_counter() - begin < seconds:
        np.stack([augment(image=image)["image"] for image in images]).astype(np.float32)
        if begin is None:
            # The first batch is to begin with.
            begin, worked = time.perf_counter(), time.process_time()
        else:
            count += batch
    passed = time.perf_counter() - begin
    return count / (time.process_time() - worked if processor_time else passed)


def main():
    """Answer until there are no more lines."""
    print(A.__version__, flush=True)
    for line in sys.stdin:
        name, *numbers = line.strip().split("\t")
        if name in CASES:
            side, batch, seconds, processor_time = map(float, numbers)
            found = speed(name, int(side), int(batch), seconds, bool(processor_time))
            print(found, flush=True)
        else:
            print("-", flush=True)


if __name__ == "__main__":
    main()
