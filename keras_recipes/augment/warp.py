"""Affine maps as RandAugment and AugMix were published with: nearest pixels, as Pillow's.

The layers `Rotation`, `Shear`, `Translation` and `Zoom` interpolate, about the centre: `affine`.
"""

import tensorflow as tf


def warp_nearest(images, matrices, fill):
    """Read each pixel of the result where its centre falls in the image; no interpolation.

    To be compiled by XLA, with whatever else becomes of the images.

    Args:
        images: numeric, shape `(batch, height, width, channels)`; all but the batch static, sides
            below 16,384 pixels.
        matrices: float32, shape `(batch, 2, 3)`: from (x, y, 1) in the result to (x, y) in the
            image, in pixels from the upper left corner of the upper left pixel.
        fill: value of what comes from outside the image, of the images' type.

    Returns:
        tensor of the images' type and shape.
    """
    height, width, channels = images.shape[1:]
    # In 1/65536 of a pixel, as Pillow counts; whole numbers take two thirds of the time of floats.
    fixed = tf.concat([matrices[:, :, :2], matrices @ [[0.5], [0.5], [1.0]]], axis=2) * 65536.0
    fixed = tf.cast(tf.floor(fixed + 0.5), tf.int32)
    (a, b, c), (d, e, f) = (
        [fixed[:, i, j, tf.newaxis, tf.newaxis] for j in range(3)] for i in range(2)
    )
    column, row = tf.range(width)[tf.newaxis, tf.newaxis, :], tf.range(height)[:, tf.newaxis]
    x = tf.bitwise.right_shift(a * column + (b * row + c), 16)
    y = tf.bitwise.right_shift(d * column + (e * row + f), 16)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    within_x, within_y = tf.clip_by_value(x, 0, width - 1), tf.clip_by_value(y, 0, height - 1)
    first_row = (tf.range(tf.shape(images)[0]) * height)[:, tf.newaxis, tf.newaxis]
    pixels = tf.reshape(images, [-1, channels])
    found = tf.gather(pixels, (first_row + within_y) * width + within_x)
    return tf.where(inside[..., tf.newaxis], found, tf.cast(fill, images.dtype))


def rotation(angles, height, width):
    """Matrices that turn images about their centre.

    Args:
        angles: float32, shape `(batch,)`, radians, counter-clockwise.
        height: of the images, pixels.
        width: of the images, pixels.

    Returns:
        float32, shape `(batch, 2, 3)`, for `warp_nearest`.
    """
    cosine, sine = tf.cos(angles), tf.sin(angles)
    x, y = width / 2, height / 2
    return _matrices(
        (cosine, -sine, x - cosine * x + sine * y), (sine, cosine, y - sine * x - cosine * y)
    )


def shear_and_shift(shear_x, shear_y, shift_x, shift_y):
    """Matrices that lean images about their upper left corner, and move them.

    Args:
        shear_x: float32, shape `(batch,)`: pixels to the left for each row down.
        shear_y: likewise, pixels up for each column to the right.
        shift_x: likewise, pixels to the left.
        shift_y: likewise, pixels up.

    Returns:
        float32, shape `(batch, 2, 3)`, for `warp_nearest`.
    """
    one = tf.ones_like(shear_x)
    return _matrices((one, shear_x, shift_x), (shear_y, one, shift_y))


def _matrices(first_row, second_row):
    return tf.stack([tf.stack(first_row, axis=-1), tf.stack(second_row, axis=-1)], axis=1)
