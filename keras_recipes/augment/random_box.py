"""Rectangles of random area and proportions that lie within an image."""

import math

import tensorflow as tf

from keras_recipes.augment.image_layer import between


def random_boxes(uniform, image_size, area, aspect):
    """A rectangle of whole pixels for each image.

    Its area is drawn first; then the logarithm of its proportions, among those with which that
    area fits the image, so that none need be refused; then its place, all alike.

    Args:
        uniform: float32 in [0, 1), shape `(batch, 4)`.
        image_size: `(height, width)`.
        area: `(smallest, largest)` as fractions of the image's, in (0, 1].
        aspect: `(smallest, largest)` width over height, above 0.

    Returns:
        top, left, height, width: int32, each of shape `(batch,)`; at least one pixel.
    """
    height, width = image_size
    pixels = between(uniform[:, 0], *area) * (height * width)
    # width = sqrt(pixels * aspect) and height = sqrt(pixels / aspect) must fit.
    low = tf.maximum(math.log(aspect[0]), tf.math.log(pixels / height**2))
    high = tf.minimum(math.log(aspect[1]), tf.math.log(width**2 / pixels))
    proportion = tf.exp(between(uniform[:, 1], tf.minimum(low, high), high))
    box_height = _whole(tf.sqrt(pixels / proportion), height)
    box_width = _whole(tf.sqrt(pixels * proportion), width)
    top = _place(uniform[:, 2], height - box_height)
    left = _place(uniform[:, 3], width - box_width)
    return top, left, box_height, box_width


def _whole(length, most):
    return tf.clip_by_value(tf.cast(tf.round(length), tf.int32), 1, most)


def _place(uniform, room):
    """One of the `room + 1` places. Rounding may bring the product up to it."""
    return tf.minimum(tf.cast(uniform * tf.cast(room + 1, tf.float32), tf.int32), room)


def inside(boxes, image_size):
    """Whether each pixel lies in its image's box: bool, shape `(batch, height, width, 1)`."""
    top, left, height, width = (each[:, tf.newaxis] for each in boxes)
    rows, columns = (tf.range(side)[tf.newaxis] for side in image_size)
    in_rows = (rows >= top) & (rows < top + height)
    in_columns = (columns >= left) & (columns < left + width)
    return (in_rows[:, :, tf.newaxis] & in_columns[:, tf.newaxis, :])[..., tf.newaxis]
