"""The network: the values behind `model=`."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import bounded, part


@part
class CifarResNet:
    """The residual network for small images. Source: He et al. 2015, arXiv:1512.03385, 4.2."""

    depth: int = bounded(20, at_least=8)
    """Layers with weights, 6n + 2: 20, 32, 44, 56 or 110 in the paper."""
    width: int = bounded(16, at_least=1)
    """Filters of the first stage; the second has twice, the third four times as many."""

    def check(self):
        if self.depth % 6 != 2:
            lower = (self.depth - 2) // 6 * 6 + 2
            raise RecipeError(
                "model.depth", f"must be 6n + 2; got {self.depth}",
                f"The nearest are {lower} and {lower + 6}.",
            )  # fmt: skip

    def build(self, input_shape, num_classes, mean, variance):
        from keras_recipes.models import cifar_resnet

        return cifar_resnet(
            input_shape,
            num_classes,
            depth=self.depth,
            width=self.width,
            mean=mean,
            variance=variance,
        )


Model = CifarResNet | Call
