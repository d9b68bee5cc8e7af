"""Parts of an image covered."""

from keras_recipes.errors import RecipeError
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
