"""The residual network for small images of He et al. 2015 (arXiv:1512.03385, section 4.2)."""

import keras
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.head import logits
from keras_recipes.models.layer_choices import SCALED, LayerChoices
from keras_recipes.models.normalize import normalize
from keras_recipes.models.requirements import require_count, require_rate, require_sides
from keras_recipes.models.stochastic_depth import linear_rates, stochastic_depth

STAGES = 3


def cifar_resnet(
    input_shape,
    num_classes,
    *,
    depth=20,
    width=16,
    initializer="he_normal",
    activation="relu",
    normalization="batch",
    groups=None,
    zero_init_residual=False,
    stochastic_depth=0.0,
    dropout=0.0,
    mean=None,
    variance=None,
):
    """Build the network, with normalisation of the input inside.

    Three stages of `(depth - 2) / 6` residual blocks of two 3x3 convolutions; each stage halves
    the image and doubles the filters. Shortcuts have no weights ("option A"): where a stage
    begins they take every second pixel and add channels of zeros. Weights are initialised by He
    et al. 2015 (arXiv:1502.01852) unless told.

    Args:
        input_shape: `(height, width, channels)`, each side at least 4.
        num_classes: number of logits.
        depth: layers with weights, `6n + 2`.
        width: filters of the first stage.
        initializer, activation, normalization, groups: as in `LayerChoices`.
        zero_init_residual: start the last scale of each block at 0, so that each block is at
            first its shortcut (Goyal et al. 2017, arXiv:1706.02677, section 5.1).
        stochastic_depth: how often the last block is dropped, in [0, 1); the blocks before it
            less, in proportion to their depth (Huang et al. 2016, arXiv:1603.09382: 0.5).
        dropout: share of the pooled features that are dropped, in [0, 1).
        mean: of each input channel, `channels` numbers; None leaves the input as it is.
        variance: of each input channel.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)`, 0..255 where `mean` says so,
        to float32 logits `(batch, num_classes)`. With 3 channels and 10 classes it has 269,722
        trainable parameters at depth 20 (0.27 million in the paper's table 6).

    Raises:
        RecipeError: if `depth` is not `6n + 2`, the image is too small, or a choice is unknown,
            out of its range or of no effect.
    """
    if not isinstance(depth, int) or depth < 8 or depth % 6 != 2:
        raise RecipeError("cifar_resnet: depth", f"must be 6n + 2; got {depth}", "Use 20.")
    require_count("cifar_resnet: width", width)
    require_sides("cifar_resnet: input_shape", input_shape, 2 ** (STAGES - 1))
    require_rate("cifar_resnet: stochastic_depth", stochastic_depth)
    require_rate("cifar_resnet: dropout", dropout)
    made_of = LayerChoices(
        initializer=initializer, activation=activation, normalization=normalization, groups=groups
    )
    made_of.check("cifar_resnet", width)
    if zero_init_residual and normalization not in SCALED:
        raise RecipeError(
            "cifar_resnet: zero_init_residual", f"needs a scale; {normalization!r} learns none",
            'Leave it out, or use normalization="batch".',
        )  # fmt: skip
    blocks = (depth - 2) // 6
    rates = linear_rates(stochastic_depth, STAGES * blocks)
    inputs = keras.Input(input_shape, name="image")
    x = normalize(inputs, mean, variance)
    x = made_of.normalize_and_activate(made_of.convolve(x, width))
    for index, rate in enumerate(rates):
        stage, block = divmod(index, blocks)
        stride = 2 if stage > 0 and block == 0 else 1
        x = _block(x, width * 2**stage, stride, made_of, zero_init_residual, rate)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, logits(x, num_classes, dropout), name=f"cifar_resnet_{depth}")


def _block(x, filters, stride, made_of, zero_scale, drop_rate):
    residual = made_of.convolve(x, filters, stride=stride)
    residual = made_of.normalize_and_activate(residual)
    residual = made_of.convolve(residual, filters)
    residual = made_of.normalize(residual, zero_scale=zero_scale)
    residual = stochastic_depth(residual, drop_rate)
    return made_of.activate(layers.Add()([_shortcut(x, filters, stride), residual]))


def _shortcut(x, filters, stride):
    if stride > 1:
        # Pooling over single pixels picks every second one; slicing does the same, but its
        # gradient took 12 ms of a 180 ms step (batch 128, 2 cores).
        x = layers.AveragePooling2D(pool_size=1, strides=stride, padding="same")(x)
    missing = filters - x.shape[-1]
    if missing:
        x = keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (missing // 2, missing - missing // 2)))
    return x
