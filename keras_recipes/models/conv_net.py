"""A plain convolutional network to learn with: blocks of convolutions, each halving the image."""

import keras
from keras import layers

from keras_recipes.models.head import logits
from keras_recipes.models.layer_choices import LayerChoices
from keras_recipes.models.normalize import normalize
from keras_recipes.models.requirements import (
    require_choice,
    require_count,
    require_rate,
    require_sides,
)

POOLINGS = ("max", "average", "stride")
GLOBAL_POOLINGS = ("average", "max", "none")


def conv_net(
    input_shape,
    num_classes,
    *,
    blocks=3,
    convolutions=1,
    width=32,
    kernel_size=3,
    pooling="max",
    global_pooling="average",
    dense_units=(),
    initializer="he_normal",
    activation="relu",
    normalization="batch",
    groups=None,
    spatial_dropout=0.0,
    dropout=0.0,
    mean=None,
    variance=None,
):
    """Build the network, with normalisation of the input inside.

    Each block is `convolutions` convolutions, normalised and activated, and halves the image;
    each has twice the filters of the one before. Then global pooling, the dense layers and the
    logits. The idea is that of Simonyan & Zisserman 2014 (arXiv:1409.1556, section 2.1); halving by
    a stride is that of Springenberg et al. 2014 (arXiv:1412.6806).

    Args:
        input_shape: `(height, width, channels)`, each side at least `2 ** blocks`.
        num_classes: number of logits.
        blocks: how often the image is halved.
        convolutions: of each block.
        width: filters of the first block.
        kernel_size: side of the kernels.
        pooling: "max" or "average" over 2 by 2 pixels at a block's end, or "stride": the block's
            last convolution takes every second pixel.
        global_pooling: how the last image becomes a vector: its "average" or its "max" of each
            channel, or "none": every pixel is a feature of its own.
        dense_units: sizes of the dense layers before the logits.
        initializer, activation, normalization, groups: as in `LayerChoices`; the dense layers are
            not normalised.
        spatial_dropout: share of the channels that are dropped as a whole at the end of each
            block, in [0, 1) (Tompson et al. 2014, arXiv:1411.4280).
        dropout: share of the features that are dropped before each dense layer and the logits,
            in [0, 1) (Srivastava et al. 2014, JMLR 15).
        mean: of each input channel, `channels` numbers; None leaves the input as it is.
        variance: of each input channel.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)`, 0..255 where `mean` says so,
        to float32 logits `(batch, num_classes)`.

    Raises:
        RecipeError: if the image is too small, or a choice is unknown, out of its range or of no
            effect.
    """
    for name, value in (
        ("blocks", blocks),
        ("convolutions", convolutions),
        ("width", width),
        ("kernel_size", kernel_size),
        *(("dense_units", units) for units in dense_units),
    ):
        require_count(f"conv_net: {name}", value)
    require_choice("conv_net: pooling", pooling, POOLINGS)
    require_choice("conv_net: global_pooling", global_pooling, GLOBAL_POOLINGS)
    require_sides("conv_net: input_shape", input_shape, 2**blocks)
    require_rate("conv_net: spatial_dropout", spatial_dropout)
    require_rate("conv_net: dropout", dropout)
    made_of = LayerChoices(
        initializer=initializer, activation=activation, normalization=normalization, groups=groups
    )
    made_of.check("conv_net", width)
    inputs = keras.Input(input_shape, name="image")
    x = normalize(inputs, mean, variance)
    for block in range(blocks):
        for index in range(convolutions):
            stride = 2 if pooling == "stride" and index == convolutions - 1 else 1
            x = made_of.convolve(x, width * 2**block, kernel_size, stride)
            x = made_of.normalize_and_activate(x)
        if pooling != "stride":
            kind = layers.MaxPooling2D if pooling == "max" else layers.AveragePooling2D
            x = kind(2)(x)
        if spatial_dropout:
            x = layers.SpatialDropout2D(spatial_dropout)(x)
    x = _vector(x, global_pooling)
    for units in dense_units:
        if dropout:
            x = layers.Dropout(dropout)(x)
        x = made_of.activate(made_of.dense(x, units, before_normalization=False))
    return keras.Model(inputs, logits(x, num_classes, dropout), name="conv_net")


def _vector(x, global_pooling):
    if global_pooling == "none":
        return layers.Flatten()(x)
    if global_pooling == "max":
        return layers.GlobalMaxPooling2D()(x)
    return layers.GlobalAveragePooling2D()(x)
