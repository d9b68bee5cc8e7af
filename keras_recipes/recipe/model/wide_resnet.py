"""`WideResNet`: few layers with many channels."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.model.layer_choices import (
    Activation,
    Initializer,
    Normalization,
    check_normalization,
)
from keras_recipes.recipe.part import bounded, part


@part
class WideResNet:
    """The wide residual network. Source: Zagoruyko & Komodakis 2016, arXiv:1605.07146."""

    depth: int = bounded(28, at_least=10)
    """Layers with weights, 6n + 4: 16, 22, 28 or 40 in the paper."""
    widen_factor: int = bounded(10, at_least=1)
    """The paper's k: the first stage has 16 k filters, the second twice, the third four times as
    many."""
    block_dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of the activations dropped between the two convolutions of each block, while
    training; 0.3 on CIFAR and 0.4 on SVHN in the paper (section 2.4)."""
    initializer: Initializer = "he_normal"
    """As in `CifarResNet`."""
    activation: Activation = "relu"
    """Keras's name."""
    normalization: Normalization = "batch"
    """As in `CifarResNet`."""
    groups: int | None = bounded(None, at_least=1)
    """Of normalization="group", a divisor of 16; None for 8. One group is all of an image."""
    stochastic_depth: float = bounded(0.0, at_least=0, below=1)
    """As in `CifarResNet`."""
    dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of the pooled features that the last layer goes without while training."""

    def check(self):
        if self.depth % 6 != 4:
            lower = (self.depth - 4) // 6 * 6 + 4
            raise RecipeError(
                "model.depth", f"must be 6n + 4; got {self.depth}",
                f"The nearest are {lower} and {lower + 6}.",
            )  # fmt: skip
        check_normalization(self, 16)

    def build(self, input_shape, num_classes, mean, variance):
        from keras_recipes.models import wide_resnet

        return wide_resnet(input_shape, num_classes, mean=mean, variance=variance, **vars(self))
