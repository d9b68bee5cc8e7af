"""What becomes of the values of pixels: operations of RandAugment and AugMix.

Those that `ColorJitter` has as well, brightness, contrast and saturation, are in `color`.

Each takes float32 images in 0..255, shape `(batch, height, width, channels)`, and a setting for
each image, shape `(batch,)`, and returns float32 images in 0..255. They give what Pillow's
`ImageOps` and `ImageEnhance` give to uint8 images, to within its rounding.
"""

import tensorflow as tf


def auto_contrast(images):
    """Stretch each channel to 0..255; one of a single value stays."""
    low = tf.reduce_min(images, axis=(1, 2), keepdims=True)
    high = tf.reduce_max(images, axis=(1, 2), keepdims=True)
    flat = high <= low
    scale = tf.where(flat, 1.0, 255.0 / tf.where(flat, 1.0, high - low))
    return _clip(images * scale - tf.where(flat, 0.0, low) * scale)


def equalize(images):
    """Make all values of each channel equally frequent, as far as whole numbers allow."""
    height, width, channels = images.shape[1:]
    batch = tf.shape(images)[0]
    values = tf.cast(images + 0.5, tf.int32) + 256 * tf.range(channels)
    values = tf.reshape(values, [batch, height * width * channels])
    counts = tf.raw_ops.DenseBincount(
        input=values, size=256 * channels, weights=tf.zeros([0], tf.int32), binary_output=False
    )
    counts = tf.reshape(counts, [batch, channels, 256])
    below = tf.cumsum(counts, axis=-1, exclusive=True)
    # All pixels but those of the highest value share 255 steps.
    stepped = tf.reduce_max(tf.where(counts > 0, below, 0), axis=-1, keepdims=True)
    step = stepped // 255
    table = tf.minimum((step // 2 + below) // tf.maximum(step, 1), 255)
    table = tf.where(step > 0, table, tf.range(256))
    table = tf.reshape(tf.cast(table, tf.float32), [batch, channels * 256])
    return tf.reshape(tf.gather(table, values, batch_dims=1), tf.shape(images))


def invert(images):
    """Make a negative."""
    return 255.0 - images


def solarize(images, threshold):
    """Make a negative of the pixels at or above a threshold: 256 changes none, 0 all."""
    return tf.where(images >= _each(threshold), 255.0 - images, images)


def posterize(images, bits):
    """Keep the highest bits, 0 to 8, of each value."""
    step = tf.pow(2.0, 8.0 - _each(bits))
    return tf.floor(images / step) * step


def sharpness(images, factor):
    """Move each pixel away from the smoothed image by a factor: 0 smooths. The border stays."""
    rows = images[:, :-2] + images[:, 1:-1] + images[:, 2:]
    sums = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
    inner = images[:, 1:-1, 1:-1]
    smooth = (sums + 4.0 * inner) / 13.0
    sharp = _clip(smooth + _each(factor) * (inner - smooth))
    middle = tf.concat([images[:, 1:-1, :1], sharp, images[:, 1:-1, -1:]], axis=2)
    return tf.concat([images[:, :1], middle, images[:, -1:]], axis=1)


def _each(setting):
    """A number an image, as it joins with images."""
    return setting[:, tf.newaxis, tf.newaxis, tf.newaxis]


def _clip(images):
    return tf.clip_by_value(images, 0.0, 255.0)
