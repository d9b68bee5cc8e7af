"""The denoising autoencoder: features from which the image can be drawn that noise has spoilt."""

import math

import keras
from keras import layers, ops

from keras_recipes.models.requirements import require_count
from keras_recipes.models.split_head import split_head
from keras_recipes.pretraining.body import features_of, last_map, require_trainable

_SMALLEST = 4
"""Least side of the map that a decoder begins with where the body ends in a vector."""


def denoising_autoencoder(model, *, decoder_width=64):
    """Set a decoder on the body of a network, that draws images from what the body makes of them.

    The decoder begins at the body's last feature map, before it is pooled, or, where layers with
    weights come after that, at a map that a dense layer makes of the features. It doubles the sides
    until they are the image's, each time by one 3x3 convolution.
    Source: Vincent et al. 2010, JMLR 11, section 3; of hidden patches, Pathak et al. 2016,
    arXiv:1604.07379, section 3.

    Args:
        model: a built Functional or Sequential classifier. Its head is left out, the rest shared.
        decoder_width: channels of the decoder's maps.

    Returns:
        `keras.Model` from images, spoilt, to images as `spoilt_and_whole` has them: float32
        `(batch, height, width, channels)`, of mean 0 and variance 1. For a mean squared error: 1 is
        what the mean colour would cost.

    Raises:
        RecipeError: if the head can't be split off, or there is nothing to train.

    Example:
        ```python
        network = denoising_autoencoder(model)
        network.compile("adam", "mse")
        spoil = functools.partial(spoilt_and_whole, mean=mean, variance=variance)
        steps = tf.data.Dataset.counter()
        pairs = tf.data.Dataset.zip(images.batch(128), steps)
        network.fit(pairs.map(lambda x, step: spoil(x, tf.stack([0, tf.cast(step, "int32")]))))
        model.compile("adam", loss)  # the same layers, pretrained
        ```
    """
    require_count("denoising_autoencoder: decoder_width", decoder_width)
    body, _ = split_head(model)
    require_trainable(body)
    height, width, channels = body.inputs[0].shape[1:]
    x = last_map(body)
    if x is None:
        halvings = max(0, min(3, int(math.log2(min(height, width) / _SMALLEST))))
        first = (math.ceil(height / 2**halvings), math.ceil(width / 2**halvings), decoder_width)
        x = layers.Dense(math.prod(first), activation="relu")(features_of(body))
        x = layers.Reshape(first)(x)
    for _ in range(max(0, round(math.log2(height / x.shape[1])))):
        x = layers.UpSampling2D(2)(x)
        x = layers.Conv2D(decoder_width, 3, padding="same", activation="relu")(x)
    if tuple(x.shape[1:3]) != (height, width):
        x = ops.image.resize(x, (height, width))
    # In float32, as every last layer.
    drawn = layers.Conv2D(channels, 3, padding="same", dtype="float32", name="drawn")(x)
    return keras.Model(body.inputs[0], drawn, name="denoising_autoencoder")


def spoilt_and_whole(images, key, *, mean, variance, noise=25.0, masked=0.5, patch=4):
    """Images with noise and hidden patches, and what is to be drawn of them.

    For `tf.data`. What is hidden has the mean colour. Noise is not clipped: it tells nothing.

    Args:
        images: `(images, height, width, channels)`, 0..255.
        key: of what is drawn: int32 `(2,)`, another for each batch.
        mean: of each channel, `channels` numbers in 0..255.
        variance: of each channel.
        noise: standard deviation of the normal noise that is added to each value, in units of
            0..255; 0 adds none.
        masked: share of the patches that are hidden, in [0, 1), drawn for each patch by itself.
        patch: side of a patch in pixels.

    Returns:
        (spoilt images, float32, in 0..255 but for the noise; images standardised by `mean` and
        `variance`, float32), each `(images, height, width, channels)`.
    """
    import tensorflow as tf

    whole = tf.cast(images, tf.float32)
    spoilt, mean = whole, tf.constant(mean, tf.float32)
    deviation = tf.sqrt(tf.constant(variance, tf.float32))
    noise_key, mask_key = tf.unstack(tf.random.split(key, 2))
    if noise:
        spoilt += tf.random.stateless_normal(tf.shape(whole), noise_key, stddev=noise)
    if masked:
        height, width = images.shape[1:3]
        places = [tf.shape(whole)[0], math.ceil(height / patch), math.ceil(width / patch), 1]
        hidden = tf.random.stateless_uniform(places, mask_key) < masked
        hidden = tf.repeat(tf.repeat(hidden, patch, axis=1), patch, axis=2)[:, :height, :width]
        spoilt = tf.where(hidden, mean, spoilt)
    return spoilt, (whole - mean) / tf.maximum(deviation, 1e-3)
