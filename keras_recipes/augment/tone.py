"""What becomes of the values of pixels: operations of RandAugment and AugMix.

Those that `ColorJitter` has as well, brightness, contrast and saturation, are in `color`.

Each takes images of whole numbers in 0..255, any numeric type, shape
`(batch, height, width, channels)`, and a setting for each image, shape `(batch,)`, and returns
float32 images in 0..255. They give what Pillow's `ImageOps` and `ImageEnhance` give to uint8
images, to within its rounding. To be compiled by XLA, for whom rows are better long loops than
pixels of few channels.
"""

import tensorflow as tf

from keras_recipes.augment.materialised import materialised


def auto_contrast(images):
    """Stretch each channel to 0..255; one of a single value stays."""
    height, width, channels = images.shape[1:]
    rows = tf.reshape(images, [-1, height, width * channels])

    def extreme(reduce):
        columns = tf.reshape(reduce(rows, axis=1), [-1, width, channels])
        return tf.cast(reduce(columns, axis=1), tf.float32)

    low, high = extreme(tf.reduce_min), extreme(tf.reduce_max)
    flat = high <= low
    scale = tf.where(flat, 1.0, 255.0 / tf.where(flat, 1.0, high - low))
    shift = tf.where(flat, 0.0, low) * scale
    scale, shift = (tf.tile(each, [1, width])[:, tf.newaxis] for each in (scale, shift))
    return tf.reshape(_clip(tf.cast(rows, tf.float32) * scale - shift), tf.shape(images))


def equalize(images):
    """Make all values of each channel equally frequent, as far as whole numbers allow."""
    batch, channels = tf.shape(images)[0], images.shape[-1]
    # A table of counts for each channel of each image, one after the other.
    first = 256 * tf.reshape(tf.range(batch * channels), [batch, 1, 1, channels])
    places = tf.reshape(first + tf.cast(images, tf.int32), [-1, 1])
    counts = tf.tensor_scatter_nd_add(
        tf.zeros([256 * batch * channels], tf.int32), places, tf.ones([tf.size(images)], tf.int32)
    )
    counts = tf.reshape(counts, [batch * channels, 256])
    below = tf.cumsum(counts, axis=-1, exclusive=True)
    # All pixels but those of the highest value share 255 steps.
    stepped = tf.reduce_max(tf.where(counts > 0, below, 0), axis=-1, keepdims=True)
    step = stepped // 255
    table = tf.minimum((step // 2 + below) // tf.maximum(step, 1), 255)
    table = materialised(tf.cast(tf.where(step > 0, table, tf.range(256)), tf.float32))
    return tf.reshape(tf.gather(tf.reshape(table, [-1]), places[:, 0]), tf.shape(images))


def invert(images):
    """Make a negative."""
    return 255.0 - tf.cast(images, tf.float32)


def solarize(images, threshold):
    """Make a negative of the pixels at or above a threshold: 256 changes none, 0 all."""
    images = tf.cast(images, tf.float32)
    return tf.where(images >= _each(threshold), 255.0 - images, images)


def posterize(images, bits):
    """Keep the highest bits, 0 to 8, of each value."""
    step = tf.pow(2.0, 8.0 - _each(bits))
    return tf.floor(tf.cast(images, tf.float32) / step) * step


def sharpness(images, factor):
    """Move each pixel away from the smoothed image by a factor: 0 smooths. The border stays."""
    height, width, channels = images.shape[1:]
    flat = tf.reshape(images, [-1, height, width * channels])
    padded = materialised(tf.pad(flat, [[0, 0], [1, 1], [channels, channels]]))
    flat, padded = tf.cast(flat, tf.float32), tf.cast(padded, tf.float32)
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    sums = rows[:, :, : -2 * channels] + rows[:, :, channels:-channels] + rows[:, :, 2 * channels :]
    smooth = (sums + 4.0 * flat) / 13.0
    sharp = _clip(smooth + tf.reshape(factor, [-1, 1, 1]) * (flat - smooth))
    row, column = tf.range(height)[:, tf.newaxis], tf.range(width * channels) // channels
    inner = (row > 0) & (row < height - 1) & (column > 0) & (column < width - 1)
    return tf.reshape(tf.where(inner, sharp, flat), tf.shape(images))


def _each(setting):
    """A number an image, as it joins with images."""
    return setting[:, tf.newaxis, tf.newaxis, tf.newaxis]


def _clip(images):
    return tf.clip_by_value(images, 0.0, 255.0)
