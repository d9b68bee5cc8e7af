"""`CifarResNet`: the residual network for small images."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.model.layer_choices import (
    SCALED,
    Activation,
    Initializer,
    Normalization,
    check_normalization,
)
from keras_recipes.recipe.part import bounded, part


@part
class CifarResNet:
    """The residual network for small images. Source: He et al. 2015, arXiv:1512.03385, 4.2."""

    depth: int = bounded(20, at_least=8)
    """Layers with weights, 6n + 2: 20, 32, 44, 56 or 110 in the paper."""
    width: int = bounded(16, at_least=1)
    """Filters of the first stage; the second has twice, the third four times as many."""
    initializer: Initializer = "he_normal"
    """Keras's name, of the convolutions. The last layer keeps Keras's own, glorot_uniform."""
    activation: Activation = "relu"
    """Keras's name."""
    normalization: Normalization = "batch"
    """"batch"; "group" (Wu & He 2018, arXiv:1803.08494), for small batches; "layer", over the
    channels of each pixel (Ba et al. 2016, arXiv:1607.06450); "local_response", over neighbouring
    channels, nothing learned (Krizhevsky et al. 2012, section 3.3); or "none"."""
    groups: int | None = bounded(None, at_least=1)
    """Of normalization="group", a divisor of `width`; None for 8. One group is all of an image."""
    zero_init_residual: bool = False
    """Start the last scale of each block at 0, so that at first each block is its shortcut.
    Source: Goyal et al. 2017, arXiv:1706.02677, section 5.1."""
    stochastic_depth: float = bounded(0.0, at_least=0, below=1)
    """How often the last block is dropped from an example; the blocks before it less, in
    proportion. Source: Huang et al. 2016, arXiv:1603.09382, where it is 0.5."""
    dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of the pooled features that the last layer goes without while training."""

    def check(self):
        if self.depth % 6 != 2:
            lower = (self.depth - 2) // 6 * 6 + 2
            raise RecipeError(
                "model.depth", f"must be 6n + 2; got {self.depth}",
                f"The nearest are {lower} and {lower + 6}.",
            )  # fmt: skip
        check_normalization(self, self.width)
        if self.zero_init_residual and self.normalization not in SCALED:
            raise RecipeError(
                "model.zero_init_residual",
                f"needs a scale, and model.normalization={self.normalization!r} learns none",
                'Set it to False, or use normalization="batch".',
            )

    def build(self, input_shape, num_classes, mean, variance):
        from keras_recipes.models import cifar_resnet

        return cifar_resnet(input_shape, num_classes, mean=mean, variance=variance, **vars(self))
