"""What becomes of the values of pixels: operations of RandAugment and AugMix.

Those that `ColorJitter` has as well, brightness and saturation, are in `color`.

Each takes images of bytes, uint8, shape `(batch, height, width, channels)`, and a setting for each
image, shape `(batch,)`, and returns uint8 images. They give what Pillow's `ImageOps` and
`ImageEnhance` give, to within its rounding. To be compiled by XLA, for whom rows are better long
loops than pixels of few channels, and bytes several times as fast as float32.
"""

import functools

import tensorflow as tf

from keras_recipes.augment.color import grey
from keras_recipes.augment.materialised import materialised


def rounded(images):
    """Images of any numeric type, in 0..255, as bytes."""
    if images.dtype == tf.uint8:
        return images
    return _whole(tf.cast(images, tf.float32))


def auto_contrast(images):
    """Stretch each channel to 0..255; one of a single value stays."""
    height, width, channels = images.shape[1:]
    rows = tf.reshape(images, [-1, height, width * channels])

    def extreme(combine, reduce):
        columns = tf.reshape(reduce(_folded(rows, combine), axis=1), [-1, width, channels])
        return tf.cast(reduce(columns, axis=1), tf.float32)

    low, high = extreme(tf.minimum, tf.reduce_min), extreme(tf.maximum, tf.reduce_max)
    flat = high <= low
    scale = tf.where(flat, 1.0, 255.0 / tf.where(flat, 1.0, high - low))
    shift = tf.where(flat, 0.0, low) * scale
    scale, shift = (tf.tile(each, [1, width])[:, tf.newaxis] for each in (scale, shift))
    stretched = _clip(tf.cast(rows, tf.float32) * scale - shift)
    return tf.reshape(_whole(stretched), tf.shape(images))


def contrast(images, factors):
    """Move pixels away from the image's mean grey, a whole number, by the factor."""
    height, width, channels = images.shape[1:]
    rows = tf.reshape(images, [-1, height, width * channels])
    # At most 31 * 255 in each.
    folded = tf.cast(_folded(tf.cast(rows, tf.int16), tf.add), tf.int32)
    columns = tf.reshape(tf.reduce_sum(folded, axis=1), [-1, width, channels])
    means = tf.cast(tf.reduce_sum(columns, axis=1), tf.float32) / (height * width)
    origin = tf.floor(grey(means[:, tf.newaxis]) + 0.5)
    flat = tf.cast(rows, tf.float32)
    # Not origin + factor * (flat - origin): a factor of 1 must change no bit.
    changed = flat + (tf.reshape(factors, [-1, 1, 1]) - 1.0) * (flat - origin)
    return tf.reshape(_whole(_clip(changed)), tf.shape(images))


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
    table = materialised(tf.where(step > 0, table, tf.range(256)))
    found = tf.cast(tf.gather(tf.reshape(table, [-1]), places[:, 0]), tf.uint8)
    return tf.reshape(found, tf.shape(images))


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
    sharp = materialised(_whole(sharp))
    sharp = tf.concat([rows[:, 1:-1, :channels], sharp, rows[:, 1:-1, -channels:]], axis=2)
    return tf.reshape(tf.concat([rows[:, :1], sharp, rows[:, -1:]], axis=1), tf.shape(images))


def _folded(rows, combine):
    """Rows in about a 16th of their number, each combined of those that many apart.

    XLA combines long rows many values at a time, but reduces a value at a time.
    """
    height = rows.shape[1]
    size = max(height // 16, 1)
    whole = height // size * size
    folded = functools.reduce(combine, [rows[:, n : n + size] for n in range(0, whole, size)])
    left = height - whole
    if left:
        first = combine(folded[:, :left], rows[:, whole:])
        folded = tf.concat([first, folded[:, left:]], axis=1)
    return materialised(folded)


def _whole(values):
    """`rounded` of float32 in 0..255, in less time."""
    # A float32 from 2^23 on has units in its lowest bit: its bits are the number. XLA's cast also
    # minds numbers that fit no integer.
    return tf.cast(tf.bitcast(tf.floor(values + 0.5) + 8388608.0, tf.int32), tf.uint8)


def _each(setting):
    """A number an image, as it joins with images."""
    return setting[:, tf.newaxis, tf.newaxis, tf.newaxis]


def _clip(images):
    return tf.clip_by_value(images, 0.0, 255.0)
