"""Random crops resized: the augmentation used to train on ImageNet."""

import math
import numbers

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.augment.random_box import random_boxes
from keras_recipes.errors import RecipeError


class CropAndResize(ImageLayer):
    """Cut a rectangle of random area, proportions and place out of each image, and resize it.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 6: areas from 0.08 to 1, proportions
    from 3/4 to 4/3; known as RandomResizedCrop. Bilinear; where a crop is made smaller, over as
    many pixels as it takes not to alias, as Pillow does. KerasCV's layer takes four pixels
    whatever the reduction.

    Args:
        size: `(height, width)` of the results; None for the size of the images.
        area: `(smallest, largest)` as fractions of the image's, in (0, 1].
        aspect: `(smallest, largest)` width over height, in [0.01, 100].
        seed: as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        crop = CropAndResize(size=(224, 224))
        dataset = dataset.map(lambda images, labels: (crop(images), labels))
        ```
    """

    draws = 4

    def __init__(self, size=None, area=(0.08, 1.0), aspect=(3 / 4, 4 / 3), seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if self.probability != 1:
            raise RecipeError(
                "CropAndResize.probability", "has no meaning: results are of one size",
                "Raise the smallest area to crop less.",
            )  # fmt: skip
        self.size = None if size is None else _require_size(size)
        self.area = self.require_range("area", area, above=0, at_most=1)
        self.aspect = self.require_range("aspect", aspect, at_least=0.01, at_most=100)

    def output_size(self, height, width):
        return self.size or (height, width)

    def change(self, images, uniform):
        size = images.shape[1:3]
        boxes = random_boxes(uniform, size, self.area, self.aspect)
        return resize_boxes(images, boxes, self.output_size(*size))

    def get_config(self):
        own = {"size": self.size, "area": self.area, "aspect": self.aspect}
        return {**super().get_config(), **own}


def resize_boxes(images, boxes, size):
    """Cut a box out of each image and resize it, bilinearly and without aliasing.

    Args:
        images: float32 in 0..255, shape `(batch, height, width, channels)`, static but the batch.
        boxes: top, left, height, width in pixels: int32, each of shape `(batch,)`.
        size: `(height, width)` of the results.

    Returns:
        float32 in 0..255, shape `(batch, *size, channels)`; as
        `tf.image.resize(box, size, antialias=True)` of each box.
    """
    top, left, box_height, box_width = boxes
    rows = _resample(images, top, box_height, size[0], axis=1)
    return tf.clip_by_value(_resample(rows, left, box_width, size[1], axis=2), 0, 255)


def _resample(images, start, length, size, axis):
    """One axis: every result is a weighted mean of the pixels about its place."""
    start, length = start[:, tf.newaxis], length[:, tf.newaxis]
    scale = tf.cast(length, tf.float32) / size
    reach = tf.maximum(scale, 1.0)
    places = (tf.range(size, dtype=tf.float32) + 0.5) * scale - 0.5
    first = tf.cast(tf.floor(places - reach), tf.int32) + 1
    total, weights = 0.0, 0.0
    # Of the largest box: the image.
    for tap in range(2 * math.ceil(max(images.shape[axis] / size, 1.0))):
        position = first + tap
        weight = tf.maximum(0.0, 1 - tf.abs(tf.cast(position, tf.float32) - places) / reach)
        weight = tf.where((position >= 0) & (position < length), weight, 0.0)
        index = start + tf.clip_by_value(position, 0, length - 1)
        shape = [-1, size, 1, 1] if axis == 1 else [-1, 1, size, 1]
        total += tf.reshape(weight, shape) * tf.gather(images, index, axis=axis, batch_dims=1)
        weights += weight
    return total / tf.reshape(weights, shape)


def _require_size(size):
    is_pair = isinstance(size, tuple | list) and len(size) == 2
    if is_pair and all(
        isinstance(each, numbers.Integral) and not isinstance(each, bool) and each >= 1
        for each in size
    ):
        return tuple(int(each) for each in size)
    raise RecipeError(
        "CropAndResize.size",
        f"must be a pair of whole numbers (height, width), at least 1, or None; got {size!r}",
        "Use None for the size of the images.",
    )
