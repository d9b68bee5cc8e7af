"""The residual network for small images of He et al. 2015 (arXiv:1512.03385, section 4.2)."""

import keras
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.normalize import normalize

STAGES = 3


def cifar_resnet(input_shape, num_classes, *, depth=20, width=16, mean=None, variance=None):
    """Build the network, with normalisation of the input inside.

    Three stages of `(depth - 2) / 6` residual blocks of two 3x3 convolutions; each stage halves
    the image and doubles the filters. Shortcuts have no weights ("option A"): where a stage
    begins they take every second pixel and add channels of zeros. Weights are initialised by He
    et al. 2015 (arXiv:1502.01852).

    Args:
        input_shape: `(height, width, channels)`, each side at least 4.
        num_classes: number of logits.
        depth: layers with weights, `6n + 2`.
        width: filters of the first stage.
        mean: of each input channel, `channels` numbers; None leaves the input as it is.
        variance: of each input channel.

    Returns:
        `keras.Model` from images `(batch, height, width, channels)`, 0..255 where `mean` says so,
        to float32 logits `(batch, num_classes)`. With 3 channels and 10 classes it has 269,722
        trainable parameters at depth 20 (0.27 million in the paper's table 6).

    Raises:
        RecipeError: if `depth` is not `6n + 2` or the image is too small.
    """
    if depth < 8 or depth % 6 != 2:
        raise RecipeError("cifar_resnet: depth", f"must be 6n + 2; got {depth}", "Use 20.")
    if min(input_shape[:2]) < 2 ** (STAGES - 1):
        raise RecipeError(
            "cifar_resnet: input_shape", f"must be at least 4 by 4; got {tuple(input_shape)}",
            "Enlarge the images.",
        )  # fmt: skip
    inputs = keras.Input(input_shape, name="image")
    x = normalize(inputs, mean, variance)
    x = layers.ReLU()(_convolution(x, width))
    for stage in range(STAGES):
        for block in range((depth - 2) // 6):
            x = _block(x, width * 2**stage, stride=2 if stage > 0 and block == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    # Softmax in half precision has no gradient on examples that are confidently wrong.
    logits = layers.Dense(num_classes, dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name=f"cifar_resnet_{depth}")


def _block(x, filters, stride):
    residual = layers.ReLU()(_convolution(x, filters, stride))
    residual = _convolution(residual, filters)
    return layers.ReLU()(layers.Add()([_shortcut(x, filters, stride), residual]))


def _convolution(x, filters, stride=1):
    x = layers.Conv2D(
        filters,
        3,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
    )(x)
    # PyTorch's momentum 0.9 and epsilon: Keras's 0.99 lags behind a rate that falls fast.
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)


def _shortcut(x, filters, stride):
    if stride > 1:
        # Pooling over single pixels picks every second one; slicing does the same, but its
        # gradient took 12 ms of a 180 ms step (batch 128, 2 cores).
        x = layers.AveragePooling2D(pool_size=1, strides=stride, padding="same")(x)
    missing = filters - x.shape[-1]
    if missing:
        x = keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (missing // 2, missing - missing // 2)))
    return x
