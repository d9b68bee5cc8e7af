"""What becomes of the values of pixels: operations of RandAugment and AugMix.

Those that `ColorJitter` has as well, brightness, contrast and saturation, are in `color`.

Each takes images of bytes, uint8, shape `(batch, height, width, channels)`, and a setting for each
image, shape `(batch,)`, and returns uint8 images. They give what Pillow's `ImageOps` and
`ImageEnhance` give, to within its rounding. To be compiled by XLA, for whom rows are better long
loops than pixels of few channels, and bytes several times as fast as float32.
"""

import tensorflow as tf

from keras_recipes.augment.materialised import materialised


def rounded(images):
    """Images of any numeric type, in 0..255, as bytes."""
    if images.dtype == tf.uint8:
        return images
    return tf.cast(tf.cast(images, tf.float32) + 0.5, tf.uint8)


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
    stretched = _clip(tf.cast(rows, tf.float32) * scale - shift)
    return tf.reshape(rounded(stretched), tf.shape(images))


def equalize(images):
    """Make all values of each channel equally frequent, as far as whole numbers allow."""
    # XLA counts a channel at a time twice as fast as all of them, and looks up likewise.
    channels = [_equalized(images[..., n]) for n in range(images.shape[-1])]
    return tf.stack(channels, axis=-1)


def _equalized(images):
    """A channel: uint8, shape `(batch, height, width)`."""
    batch = tf.shape(images)[0]
    first = 256 * tf.range(batch)[:, tf.newaxis, tf.newaxis]  # of each image's own table
    places = tf.reshape(first + tf.cast(images, tf.int32), [-1, 1])
    counts = tf.tensor_scatter_nd_add(
        tf.zeros([256 * batch], tf.int32), places, tf.ones([tf.size(images)], tf.int32)
    )
    counts = tf.reshape(counts, [batch, 256])
    below = tf.cumsum(counts, axis=-1, exclusive=True)
    # All pixels but those of the highest value share 255 steps.
    stepped = tf.reduce_max(tf.where(counts > 0, below, 0), axis=-1, keepdims=True)
    step = stepped // 255
    table = tf.minimum((step // 2 + below) // tf.maximum(step, 1), 255)
    table = materialised(tf.cast(tf.where(step > 0, table, tf.range(256)), tf.uint8))
    return tf.reshape(tf.gather(tf.reshape(table, [-1]), places[:, 0]), tf.shape(images))


def invert(images):
    """Make a negative."""
    return 255 - images


def solarize(images, threshold):
    """Make a negative of the pixels at or above a threshold: 256 changes none, 0 all."""
    lowest = tf.math.ceil(threshold)  # that is changed; 256 is no byte
    reached = images >= _each(tf.cast(tf.minimum(lowest, 255), tf.uint8))
    return tf.where(reached & _each(lowest < 256), 255 - images, images)


def posterize(images, bits):
    """Keep the highest bits, 0 to 8, of each value."""
    lost = tf.pow(2.0, 8.0 - bits) - 1
    return tf.bitwise.bitwise_and(images, _each(tf.cast(255 - lost, tf.uint8)))


def sharpness(images, factor):
    """Move each pixel away from the smoothed image by a factor: 0 smooths. The border stays."""
    height, width, channels = images.shape[1:]
    rows = tf.reshape(images, [-1, height, width * channels])
    inner = rows[:, 1:-1, channels:-channels]
    # At most 13 * 255: 16 bits are enough, and twice as many at a time as 32.
    wide = tf.cast(rows, tf.int16)
    sums = wide[:, :-2] + wide[:, 1:-1] + wide[:, 2:]
    sums = sums[:, :, : -2 * channels] + sums[:, :, channels:-channels] + sums[:, :, 2 * channels :]
    smooth = tf.cast(sums + 4 * tf.cast(inner, tf.int16), tf.float32) / 13.0
    flat = tf.cast(inner, tf.float32)
    sharp = _clip(smooth + tf.reshape(factor, [-1, 1, 1]) * (flat - smooth))
    sharp = materialised(rounded(sharp))
    sharp = tf.concat([rows[:, 1:-1, :channels], sharp, rows[:, 1:-1, -channels:]], axis=2)
    return tf.reshape(tf.concat([rows[:, :1], sharp, rows[:, -1:]], axis=1), tf.shape(images))


def _each(setting):
    """A number an image, as it joins with images."""
    return setting[:, tf.newaxis, tf.newaxis, tf.newaxis]


def _clip(images):
    return tf.clip_by_value(images, 0.0, 255.0)
