"""Detail added and taken away."""

from keras_recipes.recipe.augment.ranges import check_pair
from keras_recipes.recipe.part import bounded, part


@part
class GaussianNoise:
    """Add normal noise to every value of each image, of a strength of its own, and clip."""

    stddev: tuple[float, float] = bounded((0.0, 20.0), at_least=0, at_most=255, positional=True)
    """(smallest, largest) standard deviation, in units of 0..255."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        check_pair(self, "stddev")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import GaussianNoise as Layer

        return Layer(stddev=self.stddev, probability=self.probability)


@part
class GaussianBlur:
    """Blur each image by a Gaussian of its own width.

    Source: SimCLR, Chen et al. 2020, arXiv:2002.05709, appendix A: widths from 0.1 to 2 pixels
    of 224, with probability 0.5.
    """

    sigma: tuple[float, float] = bounded((0.1, 2.0), above=0, positional=True)
    """(smallest, largest) standard deviation in pixels."""
    probability: float = bounded(0.5, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        check_pair(self, "sigma")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import GaussianBlur as Layer

        return Layer(sigma=self.sigma, probability=self.probability)
