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
