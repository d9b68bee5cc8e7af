"""Pictures that differ as photographs do, and audited data sets of them."""

import io

import numpy as np
from PIL import Image, ImageFilter
from scipy.ndimage import gaussian_filter

from keras_recipes.audit import AuditedImages
from keras_recipes.data.dataset import Examples


def pictures(count, side=32, channels=3, seed=0):
    """uint8 `(count, side, side, channels)`: structures of several scales, sharp edges."""
    generator = np.random.default_rng(seed)
    images = np.zeros((count, side, side, channels), np.float32)
    for scale, strength in ((side / 4, 60), (side / 10, 30)):
        noise = gaussian_filter(generator.normal(size=images.shape), (0, scale, scale, 0))
        images += strength * noise / noise.std(axis=(1, 2), keepdims=True)
    rows = np.arange(side)
    for image in images:
        top, left = generator.integers(0, side // 2, 2)
        inside = (rows[:, None] > top) & (rows[:, None] < top + side / 3)
        inside = inside & (rows > left) & (rows < left + side / 3)
        image[inside] += generator.normal(0, 70, channels)
    images += 6 * generator.normal(size=images.shape)
    return np.clip(images + 128, 0, 255).astype(np.uint8)


def cropped(image, margins=(2, 1, 0, 2)):
    left, top, right, bottom = margins
    box = (left, top, image.shape[1] - right, image.shape[0] - bottom)
    size = (image.shape[1], image.shape[0])
    return np.asarray(Image.fromarray(image).crop(box).resize(size, Image.Resampling.BILINEAR))


def brightened(image, factor=1.15):
    return np.clip(image * factor, 0, 255).astype(np.uint8)


def compressed(image, quality=60):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def blurred(image, radius=1.5):
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))


def audited(train, validation=None, test=None, labels=None, classes=4, **about):
    """`AuditedImages` of arrays; an image's class is its place, modulo `classes`, unless given."""
    given = [train, validation, test]
    images = np.concatenate([each for each in given if each is not None])
    if labels is None:
        labels = np.arange(len(images)) % classes
    whole = Examples.whole(images, np.asarray(labels, np.int64))
    parts, first = {}, 0
    for name, some in zip(("train", "validation", "test"), given, strict=True):
        count = 0 if some is None else len(some)
        parts[name] = whole.subset(np.arange(first, first + count))
        first += count
    return AuditedImages("pictures", [f"class {each}" for each in range(classes)], parts, **about)
