"""Rotations: features by which it can be told how far an image was turned."""

import keras
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.split_head import split_head
from keras_recipes.pretraining.body import features_of, require_trainable

TURNS = 4
"""Rows that a batch has for each image."""


def rotations(model):
    """Have the body of a network tell by how many quarters an image was turned.

    Source: Gidaris et al. 2018, arXiv:1803.07728, section 2.

    Args:
        model: a built Functional or Sequential classifier of square images. Its head is left out,
            the rest shared.

    Returns:
        `keras.Model` from images `(batch, side, side, channels)` to float32 logits `(batch, 4)`.

    Raises:
        RecipeError: if images are not square, the head can't be split off, or there is nothing to
            train.

    Example:
        ```python
        network = rotations(model)
        network.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
        network.fit(images.batch(64).map(four_turns), epochs=30)
        model.compile("adam", loss)  # the same layers, pretrained
        ```
    """
    body, _ = split_head(model)
    require_trainable(body)
    height, width = body.inputs[0].shape[1:3]
    if height != width:
        raise RecipeError(
            "rotations", f"turn images by quarters: they must be square; got {height} x {width}",
            "Set data.image_size to a square, or use SimCLR.",
        )  # fmt: skip
    # In float32, as every last layer.
    logits = layers.Dense(TURNS, dtype="float32", name="turn")(features_of(body))
    return keras.Model(body.inputs[0], logits, name="rotations")


def four_turns(images):
    """Each image as it is and turned by one, two and three quarters, all in one batch.

    For `tf.data`. That all four are in a batch is better than to draw one (arXiv:1803.07728,
    section 2.2).

    Args:
        images: `(images, side, side, channels)`.

    Returns:
        (turned images `(4 * images, side, side, channels)`, the four of an image beside each other;
        the number of quarters, counterclockwise, one-hot float32 `(4 * images, 4)`).
    """
    import tensorflow as tf

    across = tf.transpose(images, [0, 2, 1, 3])
    turned = [
        images, tf.reverse(across, [1]), tf.reverse(images, [1, 2]), tf.reverse(across, [2]),
    ]  # fmt: skip
    count = tf.shape(images)[0]
    together = tf.reshape(tf.stack(turned, axis=1), [TURNS * count, *images.shape[1:]])
    return together, tf.tile(tf.eye(TURNS), [count, 1])
