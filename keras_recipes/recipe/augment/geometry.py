"""Where the pixels of an image go: flips, crops and the like."""

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
        from keras_recipes.augment import Flip as Layer

        return Layer(mode=self.mode)
