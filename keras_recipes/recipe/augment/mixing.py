"""Images and labels blended in pairs."""

from keras_recipes.recipe.part import bounded, part


@part
class MixUp:
    """Blend each image and label with another's. Source: Zhang et al. 2018, arXiv:1710.09412."""

    alpha: float = bounded(0.2, at_least=0.05, positional=True)
    """Of Beta(alpha, alpha), which the blend is drawn from: 0.2 mixes little, 1 evenly."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import mixup

        return mixup(alpha=self.alpha)


@part
class CutMix:
    """Replace a box of each image by another's, and its share of the label.

    Source: Yun et al. 2019, arXiv:1905.04899, with alpha 1.
    """

    alpha: float = bounded(1.0, at_least=0.05, positional=True)
    """Of Beta(alpha, alpha), which the box's area is drawn from: 1 makes all alike."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import CutMix as Layer

        return Layer(alpha=self.alpha)
