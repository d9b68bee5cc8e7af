"""Where the pixels of an image go: flips, crops and the like."""

from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment.ranges import check_pair
from keras_recipes.recipe.part import bounded, part

Fill = Literal["reflect", "nearest", "constant"]


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


@part
class Rotation:
    """Turn each image about its centre by an angle of its own."""

    degrees: float = bounded(15.0, above=0, at_most=180, positional=True)
    """Largest angle, either way."""
    mode: Fill = "reflect"
    """What comes in from outside: the mirrored image, its outermost pixels, or `fill`."""
    fill: float = bounded(0.0, at_least=0, at_most=255)
    """Of the mode constant."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are turned."""

    def check(self):
        _check_fill(self)

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Rotation as Layer

        return Layer(
            degrees=self.degrees, mode=self.mode, fill=self.fill, probability=self.probability
        )


@part
class Translation:
    """Move each image up or down and left or right, by fractions of a pixel too."""

    height: float = bounded(0.1, at_least=0, at_most=1)
    """Largest way up or down, as a fraction of the height."""
    width: float = bounded(0.1, at_least=0, at_most=1)
    """Largest way left or right, as a fraction of the width."""
    mode: Fill = "reflect"
    """What comes in from outside: the mirrored image, its outermost pixels, or `fill`."""
    fill: float = bounded(0.0, at_least=0, at_most=255)
    """Of the mode constant."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are moved."""

    def check(self):
        _check_fill(self)
        if self.height == self.width == 0:
            raise RecipeError(
                "augment.Translation.height", "and width are both 0: nothing would change",
                "Raise one of them, or leave Translation out.",
            )  # fmt: skip

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Translation as Layer

        return Layer(
            height=self.height,
            width=self.width,
            mode=self.mode,
            fill=self.fill,
            probability=self.probability,
        )


@part
class Zoom:
    """Magnify each image about its centre, its proportions kept."""

    factor: tuple[float, float] = bounded((0.8, 1.25), at_least=0.1, at_most=10, positional=True)
    """(smallest, largest), drawn by its logarithm: 2 shows things twice as wide, 0.5 half."""
    mode: Fill = "reflect"
    """What comes in from outside: the mirrored image, its outermost pixels, or `fill`."""
    fill: float = bounded(0.0, at_least=0, at_most=255)
    """Of the mode constant."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are magnified."""

    def check(self):
        _check_fill(self)
        check_pair(self, "factor")

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Zoom as Layer

        return Layer(
            factor=self.factor, mode=self.mode, fill=self.fill, probability=self.probability
        )


@part
class Shear:
    """Slant each image about its centre."""

    x_factor: float = bounded(0.2, at_least=0, below=1)
    """Most pixels sideways for each pixel above or below the centre, either way."""
    y_factor: float = bounded(0.0, at_least=0, below=1)
    """Most pixels up or down for each pixel left or right of the centre."""
    mode: Fill = "reflect"
    """What comes in from outside: the mirrored image, its outermost pixels, or `fill`."""
    fill: float = bounded(0.0, at_least=0, at_most=255)
    """Of the mode constant."""
    probability: float = bounded(1.0, above=0, at_most=1)
    """Share of the images that are slanted."""

    def check(self):
        _check_fill(self)
        if self.x_factor == self.y_factor == 0:
            raise RecipeError(
                "augment.Shear.x_factor", "and y_factor are both 0: nothing would change",
                "Raise one of them, or leave Shear out.",
            )  # fmt: skip

    def build(self, image_shape, num_classes):
        from keras_recipes.augment import Shear as Layer

        return Layer(
            x_factor=self.x_factor,
            y_factor=self.y_factor,
            mode=self.mode,
            fill=self.fill,
            probability=self.probability,
        )


@part
class CropAndResize:
    """Cut a random part out of each image and resize it to what the model takes.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 6; known as RandomResizedCrop.
    """

    area: tuple[float, float] = bounded((0.08, 1.0), above=0, at_most=1)
    """(smallest, largest) of the part, as fractions of the image's."""
    aspect: tuple[float, float] = bounded((3 / 4, 4 / 3), at_least=0.01, at_most=100)
    """(smallest, largest) width of the part over its height."""
    size: tuple[int, int] | None = bounded(None, at_least=1)
    """(height, width) of the results; None for those that the model takes."""

    def check(self):
        check_pair(self, "area")
        check_pair(self, "aspect")

    def build(self, image_shape, num_classes, output_size=None):
        from keras_recipes.augment import CropAndResize as Layer

        return Layer(size=self.size or output_size, area=self.area, aspect=self.aspect)


def _check_fill(value):
    if value.mode != "constant" and value.fill != 0:
        place = f"augment.{type(value).__name__}.fill"
        raise RecipeError(
            place, f'has no effect in mode="{value.mode}"; got {value.fill!r}',
            'Leave it out, or use mode="constant".',
        )  # fmt: skip
