"""`ConvNet`: a plain convolutional network to learn with."""

from typing import Literal

from keras_recipes.recipe.model.layer_choices import (
    Activation,
    Initializer,
    Normalization,
    check_normalization,
)
from keras_recipes.recipe.part import bounded, part


@part
class ConvNet:
    """A plain network to learn with: blocks of convolutions, each halving the image.

    Source: Simonyan & Zisserman 2014, arXiv:1409.1556, section 2.1, for blocks of small kernels.
    """

    blocks: int = bounded(3, at_least=1)
    """How often the image is halved; its sides must be at least 2 ** blocks."""
    convolutions: int = bounded(1, at_least=1)
    """Of each block."""
    width: int = bounded(32, at_least=1)
    """Filters of the first block; each later one has twice as many as the one before."""
    kernel_size: int = bounded(3, at_least=1)
    """Side of the kernels in pixels."""
    pooling: Literal["max", "average", "stride"] = "max"
    """How a block halves the image: over 2 by 2 pixels at its end, or by a stride of two in its
    last convolution (Springenberg et al. 2014, arXiv:1412.6806)."""
    global_pooling: Literal["average", "max", "none"] = "average"
    """How the last image becomes a vector: a number a channel, or "none", which keeps every
    pixel as a feature."""
    dense_units: tuple[int, ...] = bounded((), at_least=1)
    """Sizes of the dense layers before the last; none by default."""
    initializer: Initializer = "he_normal"
    """As in `CifarResNet`, of the dense layers too."""
    activation: Activation = "relu"
    """Keras's name."""
    normalization: Normalization = "batch"
    """As in `CifarResNet`. The dense layers have none."""
    groups: int | None = bounded(None, at_least=1)
    """Of normalization="group", a divisor of `width`; None for 8. One group is all of an image."""
    spatial_dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of the channels dropped as a whole at the end of each block, while training.
    Source: Tompson et al. 2014, arXiv:1411.4280."""
    dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of the features that each dense layer, and the last, goes without while training.
    Source: Srivastava et al. 2014, JMLR 15."""

    def check(self):
        check_normalization(self, self.width)

    def build(self, input_shape, num_classes, mean, variance):
        from keras_recipes.models import conv_net

        return conv_net(input_shape, num_classes, mean=mean, variance=variance, **vars(self))
