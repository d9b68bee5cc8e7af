"""The wide residual network of Zagoruyko & Komodakis 2016 (arXiv:1605.07146)."""

import keras
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.head import logits
from keras_recipes.models.layer_choices import LayerChoices
from keras_recipes.models.normalize import normalize
from keras_recipes.models.requirements import require_count, require_rate, require_sides
from keras_recipes.models.stochastic_depth import linear_rates, stochastic_depth

STAGES = 3
STEM_FILTERS = 16


def wide_resnet(
    input_shape,
    num_classes,
    *,
    depth=28,
    widen_factor=10,
    block_dropout=0.0,
    initializer="he_normal",
    activation="relu",
    normalization="batch",
    groups=None,
    stochastic_depth=0.0,
    dropout=0.0,
    mean=None,
    variance=None,
):
    """Build WRN-depth-widen_factor, with normalisation of the input inside.

    A 3x3 convolution to 16 channels, then three stages of `(depth - 4) / 6` blocks of two 3x3
    convolutions with `16 * widen_factor` filters, doubled by each stage while it halves the image.
    Normalisation and activation come before each convolution. Where the number of channels
    changes, the shortcut is a 1x1 convolution of what the block's first convolution takes.

    Args:
        input_shape: `(height, width, channels)`, each side at least 4.
        num_classes: number of logits.
        depth: layers with weights, `6n + 4`: 16, 22, 28 and 40 in the paper.
        widen_factor: the paper's k.
        block_dropout: share of the activations dropped between the two convolutions of each
            block, in [0, 1); the paper's 0.3 on CIFAR and 0.4 on SVHN (section 2.4).
        initializer, activation, normalization, groups: as in `LayerChoices`.
        stochastic_depth: how often the last block is dropped, in [0, 1); the blocks before it
            less, in proportion to their depth (Huang et al. 2016, arXiv:1603.09382).
        dropout: share of the pooled features that are dropped, in [0, 1).
        mean: of each input channel, `channels` numbers; None leaves the input as it is.
        variance: of each input channel.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)`, 0..255 where `mean` says so,
        to float32 logits `(batch, num_classes)`. With 3 channels and 10 classes WRN-28-10 has
        36,479,194 trainable parameters (36.5 million in the paper).

    Raises:
        RecipeError: if `depth` is not `6n + 4`, the image is too small, or a choice is unknown,
            out of its range or of no effect.
    """
    if not isinstance(depth, int) or depth < 10 or depth % 6 != 4:
        raise RecipeError("wide_resnet: depth", f"must be 6n + 4; got {depth}", "Use 28.")
    require_count("wide_resnet: widen_factor", widen_factor)
    require_sides("wide_resnet: input_shape", input_shape, 2 ** (STAGES - 1))
    require_rate("wide_resnet: block_dropout", block_dropout)
    require_rate("wide_resnet: stochastic_depth", stochastic_depth)
    require_rate("wide_resnet: dropout", dropout)
    made_of = LayerChoices(
        initializer=initializer, activation=activation, normalization=normalization, groups=groups
    )
    made_of.check("wide_resnet", STEM_FILTERS)
    blocks = (depth - 4) // 6
    rates = linear_rates(stochastic_depth, STAGES * blocks)
    inputs = keras.Input(input_shape, name="image")
    x = normalize(inputs, mean, variance)
    x = made_of.convolve(x, STEM_FILTERS)
    for index, rate in enumerate(rates):
        stage, block = divmod(index, blocks)
        stride = 2 if stage > 0 and block == 0 else 1
        filters = STEM_FILTERS * widen_factor * 2**stage
        x = _block(x, filters, stride, made_of, block_dropout, rate)
    x = layers.GlobalAveragePooling2D()(made_of.normalize_and_activate(x))
    outputs = logits(x, num_classes, dropout)
    return keras.Model(inputs, outputs, name=f"wide_resnet_{depth}_{widen_factor}")


def _block(x, filters, stride, made_of, dropout, drop_rate):
    shortcut = x
    x = made_of.normalize_and_activate(x)
    if shortcut.shape[-1] != filters:
        shortcut = made_of.convolve(x, filters, kernel_size=1, stride=stride)
    x = made_of.convolve(x, filters, stride=stride)
    x = made_of.normalize_and_activate(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    x = made_of.convolve(x, filters)
    return layers.Add()([shortcut, stochastic_depth(x, drop_rate)])
