"""SimCLR: features by which two views of one image are told from all other images."""

import keras
from keras import layers

from keras_recipes.models.requirements import require_count
from keras_recipes.models.split_head import split_head
from keras_recipes.pretraining.body import features_of, require_trainable

VIEWS = 2
"""Rows that a batch has for each image."""


def simclr(model, *, projection_units=(128, 128)):
    """Set a projection head on the body of a network; training it trains the body's own layers.

    Source: Chen et al. 2020, arXiv:2002.05709, section 2.1: the loss is taken behind a head of one
    hidden layer, which is thrown away; the features before it are better for other uses.

    Args:
        model: a built Functional or Sequential classifier. Its head is left out, the rest shared.
        projection_units: sizes of the head's layers, all but the last with ReLU. The paper has
            (2048, 128) behind 2048 features.

    Returns:
        `keras.Model` from views of images `(views, height, width, channels)` to embeddings, float32
        `(views, projection_units[-1])`: for `NTXent`.

    Raises:
        RecipeError: if the head can't be split off, or there is nothing to train.

    Example:
        ```python
        network = simclr(model)
        network.compile("adam", NTXent(temperature=0.5))
        views = images.batch(256, drop_remainder=True).map(lambda x: two_views(x, augment))
        network.fit(views, epochs=30)
        model.compile("adam", loss)  # the same layers, pretrained
        model.fit(labelled, epochs=30)
        ```
    """
    for units in projection_units:
        require_count("simclr: projection_units", units)
    body, _ = split_head(model)
    require_trainable(body)
    x = features_of(body)
    for units in projection_units[:-1]:
        x = layers.Dense(units, activation="relu")(x)
    # Cosines are compared by fractions that half precision has not.
    last = layers.Dense(projection_units[-1], dtype="float32", name="embedding")
    return keras.Model(body.inputs[0], last(x), name="simclr")


def two_views(images, augment):
    """Two augmented views of each image, beside each other, and which image each is of.

    For `tf.data`.

    Args:
        images: `(images, height, width, channels)`.
        augment: function of a batch of images to that batch changed, each image by itself.

    Returns:
        (views `(2 * images, height, width, channels)`, numbers of images int32 `(2 * images,)`).
    """
    import tensorflow as tf

    # Beside each other, since devices that share a batch are given rows that follow each other.
    views = augment(tf.repeat(images, VIEWS, axis=0))
    return views, tf.repeat(tf.range(tf.shape(images)[0]), VIEWS)
