"""Parts of an image covered."""

from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment.ranges import check_pair
from keras_recipes.recipe.part import bounded, part


@part
class Cutout:
    """Cover a square anywhere in each image. Source: DeVries & Taylor 2017, arXiv:1708.04552."""

    size: int = bounded(8, at_least=1, positional=True)
    """Side of the square in pixels; what lies outside the image is cut off."""
    fill: float = bounded(128.0, at_least=0, at_most=255)
    """Value it is filled with, mid-grey unless told."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Cutout as Layer

        if self.size > min(image_shape[:2]):
            raise RecipeError(
                "augment.Cutout.size",
                f"must fit the image of {image_shape[0]} by {image_shape[1]}; got {self.size}",
                f"A quarter of the side is usual: {max(1, min(image_shape[:2]) // 4)}.",
            )
        return Layer(size=self.size, fill=self.fill)


@part
class RandomErasing:
    """Cover a rectangle of random area and proportions in each image chosen.

    Source: Zhong et al. 2017, arXiv:1708.04896, with noise and probability 0.5.
    """

    area: tuple[float, float] = bounded((0.02, 0.4), above=0, at_most=1)
    """(smallest, largest) of the rectangle, as fractions of the image's."""
    aspect: tuple[float, float] = bounded((0.3, 1 / 0.3), at_least=0.01, at_most=100)
    """(smallest, largest) width over height; of these, with which the area fits the image."""
    fill: Literal["noise"] | float = bounded("noise", at_least=0, at_most=255)
    """Noise, or one value."""
    probability: float = bounded(0.5, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        check_pair(self, "area")
        check_pair(self, "aspect")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import RandomErasing as Layer

        return Layer(
            area=self.area, aspect=self.aspect, fill=self.fill, probability=self.probability
        )


@part
class GridMask:
    """Cover the squares of a grid in each image. Source: Chen et al. 2020, arXiv:2001.04086."""

    cell: tuple[float, float] = bounded((0.43, 1.0), above=0, at_most=1)
    """(smallest, largest) side of a cell as a fraction of the image's shorter side."""
    hole: float = bounded(0.5, above=0, below=1)
    """Side of the covered square as a fraction of its cell's."""
    degrees: float = bounded(0.0, at_least=0, at_most=45)
    """Most that the grid is turned, either way."""
    fill: float = bounded(128.0, at_least=0, at_most=255)
    """Value it is filled with, mid-grey unless told."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are changed."""

    def check(self):
        check_pair(self, "cell")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import GridMask as Layer

        return Layer(
            cell=self.cell,
            hole=self.hole,
            degrees=self.degrees,
            fill=self.fill,
            probability=self.probability,
        )
