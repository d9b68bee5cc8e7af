"""Translation by random fractions of the sides."""

from keras_recipes.augment.affine_layer import AffineLayer
from keras_recipes.augment.image_layer import between
from keras_recipes.errors import RecipeError


class Translation(AffineLayer):
    """Move each image up or down and left or right, by fractions of a pixel too.

    `PaddedCrop` moves by whole pixels, and so leaves their values as they are.

    Args:
        height: largest way up or down as a fraction of the height, in [0, 1].
        width: largest way left or right as a fraction of the width, in [0, 1].
        **kwargs: `mode`, `fill`, `probability` and `seed`, as in `AffineLayer`.

    Raises:
        RecipeError: at an argument out of its range, or if both are 0.

    Example:
        ```python
        move = Translation(height=0.1, width=0.1)
        dataset = dataset.map(lambda images, labels: (move(images), labels))
        ```
    """

    draws = 2

    def __init__(self, height=0.1, width=0.1, **kwargs):
        super().__init__(**kwargs)
        self.height = self.require_number("height", height, at_least=0, at_most=1)
        self.width = self.require_number("width", width, at_least=0, at_most=1)
        if self.height == self.width == 0:
            raise RecipeError(
                "Translation.height", "and width are both 0: nothing would move",
                "Raise one of them, or leave the layer out.",
            )  # fmt: skip

    def changes(self, uniform, height, width):
        down, right = self.height * height, self.width * width
        return {
            "shift_y": between(uniform[:, 0], -down, down),
            "shift_x": between(uniform[:, 1], -right, right),
        }

    def get_config(self):
        return {**super().get_config(), "height": self.height, "width": self.width}
