"""Colours changed, by an own amount for each image.

Pure functions of images, float32 in 0..255 and of shape `(batch, height, width, channels)`, and
amounts of shape `(batch,)`; they return the same. Compile them with
`tf.function(jit_compile=True)`, alone or several together: XLA makes one pass of what TensorFlow
does in a pass for each operation (docs/speed.md has the figures).

Definitions are those of Pillow's ImageEnhance and torchvision's `adjust_*`, which the published
recipes were trained with: a factor of 1 changes nothing, 0 leaves black, grey or a flat image.
"""

import tensorflow as tf

# ITU-R 601-2, as Pillow's convert("L").
_LUMA = (0.299, 0.587, 0.114)


def grey(images):
    """The brightness of each pixel, shape `(batch, height, width, 1)`; 1 or 3 channels."""
    if images.shape[-1] == 1:
        return images
    return tf.reduce_sum(images * tf.constant(_LUMA), axis=-1, keepdims=True)


def adjust_brightness(images, factors):
    """Multiply by the factor, from 0, and clip."""
    return _clip(images * _each(factors))


def adjust_contrast(images, factors):
    """Move pixels away from the image's mean grey, a whole number, by the factor, and clip."""
    height, width, channels = images.shape[1:]
    # Of whole rows, then of columns: XLA's loops are long so, and little is lost to rounding.
    columns = tf.reduce_mean(tf.reshape(images, [-1, height, width * channels]), axis=1)
    means = tf.reduce_mean(tf.reshape(columns, [-1, 1, width, channels]), axis=2, keepdims=True)
    return _blend(tf.floor(grey(means) + 0.5), images, factors)


def adjust_saturation(images, factors):
    """Move colours away from grey by the factor, from 0, and clip; grey images stay."""
    if images.shape[-1] == 1:
        return images
    return _blend(grey(images), images, factors)


def adjust_hue(images, turns):
    """Turn hues round the colour circle, keeping HSV's saturation and value; grey images stay.

    Args:
        images: as above.
        turns: fractions of the circle: 1/3 makes red green, 1/2 is the complement.
    """
    if images.shape[-1] == 1:
        return images
    red, green, blue = tf.unstack(images, axis=-1)
    value = tf.reduce_max(images, axis=-1)
    chroma = value - tf.reduce_min(images, axis=-1)
    divisor = tf.where(chroma > 0, chroma, 1.0)
    # In sixths of the circle, from red.
    hue = tf.where(
        value == red,
        (green - blue) / divisor,
        tf.where(value == green, 2 + (blue - red) / divisor, 4 + (red - green) / divisor),
    )
    hue += 6 * tf.reshape(turns, [-1, 1, 1])
    # Each channel is a trapezium over the circle: value, but less by chroma over a third of it.
    channels = []
    for start in (5.0, 3.0, 1.0):
        place = start + hue
        place -= 6 * tf.floor(place / 6)  # tf.math.floormod is not vectorised by XLA
        dip = tf.clip_by_value(tf.minimum(place, 4 - place), 0, 1)
        channels.append(value - chroma * dip)
    return _clip(tf.stack(channels, axis=-1))


def _each(amounts):
    """Amounts of shape `(batch,)` beside images."""
    return tf.reshape(tf.cast(amounts, tf.float32), [-1, 1, 1, 1])


def _blend(origin, images, factors):
    # Not origin + factor * (images - origin): a factor of 1 must change no bit.
    return _clip(images + (_each(factors) - 1) * (images - origin))


def _clip(images):
    return tf.clip_by_value(images, 0, 255)
