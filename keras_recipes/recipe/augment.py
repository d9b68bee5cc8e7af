"""What is done to each batch of training images: the values behind `augment=`.

Each builds a layer from a dict of images, float32 in 0..255, and one-hot labels to the same.
Validation and test images are never augmented.
"""

from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.part import bounded, part


@part
class PaddedCrop:
    """Pad each image on all sides and cut a window of its old size out at random.

    Source: He et al. 2015, arXiv:1512.03385, section 4.2, with zeros and four pixels.
    """

    padding: int = bounded(4, at_least=1, positional=True)
    """Pixels added to each side."""
    mode: Literal["reflect", "constant"] = "reflect"
    """What they hold: the mirrored image, or black."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import PaddedCrop as Layer

        if self.mode == "reflect" and self.padding >= min(image_shape[:2]):
            raise RecipeError(
                "augment.PaddedCrop.padding",
                f"must be less than the image's side, {min(image_shape[:2])}, to be mirrored; "
                f"got {self.padding}",
                'Pad less, or use mode="constant".',
            )
        return Layer(padding=self.padding, mode=self.mode)


@part
class Flip:
    """Mirror each image with probability one half. Not for digits, letters or road signs."""

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = "horizontal"
    """Left to right, upside down, or each by a throw of its own."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import random_flip

        return random_flip(mode=self.mode)


@part
class Cutout:
    """Cover a square anywhere in each image. Source: DeVries & Taylor 2017, arXiv:1708.04552."""

    size: int = bounded(8, at_least=1, positional=True)
    """Side of the square in pixels; what lies outside the image is cut off."""
    fill: float = bounded(128.0, at_least=0, at_most=255)
    """Value it is filled with, mid-grey unless told."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import random_cutout

        if self.size > min(image_shape[:2]):
            raise RecipeError(
                "augment.Cutout.size",
                f"must fit the image of {image_shape[0]} by {image_shape[1]}; got {self.size}",
                f"A quarter of the side is usual: {max(1, min(image_shape[:2]) // 4)}.",
            )
        return random_cutout(size=self.size, image_shape=image_shape, fill=self.fill)


@part
class MixUp:
    """Blend each image and label with another's. Source: Zhang et al. 2018, arXiv:1710.09412."""

    alpha: float = bounded(0.2, at_least=0.05, positional=True)
    """Of Beta(alpha, alpha), which the blend is drawn from: 0.2 mixes little, 1 evenly."""

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import mixup

        return mixup(alpha=self.alpha)
