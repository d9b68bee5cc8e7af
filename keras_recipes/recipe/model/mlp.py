"""`MLP`: dense layers on the pixels."""

from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.model.layer_choices import Activation, Initializer
from keras_recipes.recipe.part import bounded, part


@part
class MLP:
    """The multilayer perceptron, which knows nothing of neighbouring pixels: a baseline."""

    hidden_units: tuple[int, ...] = bounded((256, 256), at_least=1)
    """Sizes of the hidden layers."""
    initializer: Initializer = "he_normal"
    """As in `CifarResNet`, of the hidden layers."""
    activation: Activation = "relu"
    """Keras's name."""
    normalization: Literal["batch", "layer", "none"] = "none"
    """Of the hidden layers, before their activation."""
    dropout: float = bounded(0.0, at_least=0, below=1)
    """Share of each hidden layer's outputs that the next layer goes without while training.
    Source: Srivastava et al. 2014, JMLR 15."""

    def check(self):
        if not self.hidden_units:
            raise RecipeError(
                "model.hidden_units", "must hold at least one size; got ()",
                "Use (256,) for one hidden layer.",
            )  # fmt: skip
        if self.normalization == "layer" and min(self.hidden_units) < 2:
            raise RecipeError(
                "model.normalization", "'layer' makes a layer of a single unit zero everywhere",
                "Use two units or more, or another normalisation.",
            )  # fmt: skip

    def build(self, input_shape, num_classes, mean, variance):
        from keras_recipes.models import mlp

        return mlp(input_shape, num_classes, mean=mean, variance=variance, **vars(self))
