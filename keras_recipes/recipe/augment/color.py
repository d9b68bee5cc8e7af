"""Colours changed."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment.ranges import check_pair
from keras_recipes.recipe.part import bounded, part


@part
class Brightness:
    """Multiply each image by a factor of its own, and clip."""

    factor: tuple[float, float] = bounded((0.7, 1.3), at_least=0, positional=True)
    """(smallest, largest): 1 changes nothing, 0 gives black."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        check_pair(self, "factor")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Brightness as Layer

        return Layer(factor=self.factor, probability=self.probability)


@part
class Contrast:
    """Move each image's pixels away from its mean grey by a factor of its own, and clip."""

    factor: tuple[float, float] = bounded((0.7, 1.3), at_least=0, positional=True)
    """(smallest, largest): 1 changes nothing, 0 gives a flat image."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        check_pair(self, "factor")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Contrast as Layer

        return Layer(factor=self.factor, probability=self.probability)


@part
class ColorJitter:
    """Change brightness, contrast, saturation and hue, in this order, by amounts an image.

    Amounts as torchvision's; SimCLR (Chen et al. 2020, arXiv:2002.05709, appendix A) uses 0.8,
    0.8, 0.8 and 0.2 times a strength, with probability 0.8.
    """

    brightness: float = bounded(0.4, at_least=0, at_most=1)
    """Factors are drawn from 1 - brightness to 1 + brightness."""
    contrast: float = bounded(0.4, at_least=0, at_most=1)
    """The same."""
    saturation: float = bounded(0.4, at_least=0, at_most=1)
    """The same; grey images stay as they are."""
    hue: float = bounded(0.1, at_least=0, at_most=0.5)
    """Most that hues turn, either way, as a fraction of the colour circle."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        if not (self.brightness or self.contrast or self.saturation or self.hue):
            raise RecipeError(
                "augment.ColorJitter.brightness", "and all other amounts are 0",
                "Raise one of them, or leave ColorJitter out.",
            )  # fmt: skip

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import ColorJitter as Layer

        return Layer(
            brightness=self.brightness,
            contrast=self.contrast,
            saturation=self.saturation,
            hue=self.hue,
            probability=self.probability,
        )


@part
class Grayscale:
    """Take the colours of some images away, and leave them as many channels.

    Source: SimCLR, Chen et al. 2020, arXiv:2002.05709, appendix A, with probability 0.2.
    """

    probability: float = bounded(0.2, above=0, at_most=1, positional=True)
    """Share of the images that become grey."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Grayscale as Layer

        return Layer(probability=self.probability)
