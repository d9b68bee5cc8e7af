"""Affine maps of images: rotations, shears, zooms and shifts, an own one for each image.

Pure functions of their tensors. Compile them with `tf.function(jit_compile=True)`, alone or with
whatever follows: XLA fuses the four taps of every pixel into one pass (docs/speed.md has the
figures). The operation behind KerasCV's and Keras's layers, `ImageProjectiveTransformV3`, computes
the same coordinates anew for every channel.
"""

import math

import tensorflow as tf

FILL_MODES = ("reflect", "constant", "nearest")


def affine_maps(
    image_shape, *, degrees=0.0, shear_x=0.0, shear_y=0.0, zoom_x=1.0, zoom_y=1.0,
    shift_x=0.0, shift_y=0.0,
):  # fmt: skip
    """Where each pixel of the result comes from, if images are changed about their centre.

    In this order: zoomed, sheared, rotated, shifted. Each argument is a number for all images or a
    tensor of shape `(batch,)`.

    Args:
        image_shape: `(height, width, ...)` of the images.
        degrees: rotation, counter-clockwise as one looks at the image.
        shear_x: pixels that a row moves to the right for each pixel that it lies below the centre.
        shear_y: pixels that a column moves down for each pixel that it lies right of the centre.
            The product of the two shears is not 1.
        zoom_x: by how much things become wider; above 0.
        zoom_y: by how much things become higher; above 0.
        shift_x: pixels to the right.
        shift_y: pixels down.

    Returns:
        float32 tensor, shape `(batch, 6)`, or `(1, 6)` if all are numbers: pixel `(x, y)` of the
        result is at `(m0 * x + m1 * y + m2, m3 * x + m4 * y + m5)` in the image.

    Example:
        ```python
        maps = affine_maps((32, 32), degrees=tf.random.uniform([128], -15, 15))
        rotated = warp_images(images, maps)
        ```
    """
    arguments = (degrees, shear_x, shear_y, zoom_x, zoom_y, shift_x, shift_y)
    arguments = [tf.reshape(tf.cast(each, tf.float32), [-1]) for each in arguments]
    degrees, shear_x, shear_y, zoom_x, zoom_y, shift_x, shift_y = arguments
    radians = degrees * (math.pi / 180)
    cosine, sine = tf.cos(radians), tf.sin(radians)
    # The inverses of rotation, shear and zoom, multiplied out.
    determinant = 1 - shear_x * shear_y
    m0 = (cosine - shear_x * sine) / (determinant * zoom_x)
    m1 = (-sine - shear_x * cosine) / (determinant * zoom_x)
    m3 = (sine - shear_y * cosine) / (determinant * zoom_y)
    m4 = (cosine + shear_y * sine) / (determinant * zoom_y)
    middle_y, middle_x = ((side - 1) / 2 for side in image_shape[:2])
    from_x, from_y = middle_x + shift_x, middle_y + shift_y
    m2 = middle_x - (m0 * from_x + m1 * from_y)
    m5 = middle_y - (m3 * from_x + m4 * from_y)
    m0, m1, m2, m3, m4, m5 = _all_as_long([m0, m1, m2, m3, m4, m5])
    return tf.stack([m0, m1, m2, m3, m4, m5], axis=1)


def _all_as_long(vectors):
    longest = sum(tf.zeros_like(each) for each in vectors)
    return [each + longest for each in vectors]


def warp_images(images, maps, mode="reflect", fill=0.0):
    """Take each pixel of the result from where its map points, bilinearly.

    A map that points to whole pixels only leaves their values as they are.

    Args:
        images: float32 in 0..255, shape `(batch, height, width, channels)`; all but the batch
            are static.
        maps: float32, shape `(batch, 6)` or `(1, 6)`, as `affine_maps` makes them.
        mode: what lies outside the image: `"reflect"`, the image mirrored about its outermost
            pixels; `"nearest"`, the outermost pixels themselves; `"constant"`, `fill`.
        fill: number, 0 to 255.

    Returns:
        float32 in 0..255, of the shape of `images`.
    """
    height, width = images.shape[1:3]
    columns = tf.range(width, dtype=tf.float32)[tf.newaxis, tf.newaxis, :]
    rows = tf.range(height, dtype=tf.float32)[tf.newaxis, :, tf.newaxis]
    m0, m1, m2, m3, m4, m5 = (maps[:, n, tf.newaxis, tf.newaxis] for n in range(6))
    x = m0 * columns + (m1 * rows + m2)
    y = m3 * columns + (m4 * rows + m5)
    return _bilinear(images, x, y, mode, fill)


def _bilinear(images, x, y, mode, fill):
    """The images at `(x, y)`, each of shape `(batch, height, width)` or `(1, height, width)`."""
    batch, (height, width, channels) = tf.shape(images)[0], images.shape[1:]
    if mode == "reflect":
        x, y = _mirrored(x, width), _mirrored(y, height)
    elif mode == "nearest":
        x, y = tf.clip_by_value(x, 0, width - 1), tf.clip_by_value(y, 0, height - 1)
    left, above = tf.floor(x), tf.floor(y)
    part_x, part_y = (x - left)[..., tf.newaxis], (y - above)[..., tf.newaxis]
    left, above = tf.cast(left, tf.int32), tf.cast(above, tf.int32)
    first_row = (tf.range(batch) * height)[:, tf.newaxis, tf.newaxis]
    pixels = tf.reshape(images, [-1, channels])

    def tap(row, column):
        within_row = tf.clip_by_value(row, 0, height - 1)
        within_column = tf.clip_by_value(column, 0, width - 1)
        value = tf.gather(pixels, (first_row + within_row) * width + within_column)
        if mode != "constant":
            return value
        inside = (within_row == row) & (within_column == column)
        return tf.where(inside[..., tf.newaxis], value, tf.cast(fill, tf.float32))

    upper, lower = tap(above, left), tap(above + 1, left)
    upper += part_x * (tap(above, left + 1) - upper)
    lower += part_x * (tap(above + 1, left + 1) - lower)
    # Rounding may leave the range by a unit in the last place.
    result = tf.clip_by_value(upper + part_y * (lower - upper), 0, 255)
    return tf.ensure_shape(result, images.shape)


def _mirrored(positions, size):
    """Positions anywhere, mirrored about 0 and `size - 1` until they lie between them."""
    if size == 1:
        return tf.zeros_like(positions)
    period = 2.0 * (size - 1)
    positions -= period * tf.floor(positions / period)
    return (size - 1) - tf.abs((size - 1) - positions)
