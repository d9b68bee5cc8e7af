"""Shear by random amounts."""

from keras_recipes.augment.affine_layer import AffineLayer
from keras_recipes.augment.image_layer import between
from keras_recipes.errors import RecipeError


class Shear(AffineLayer):
    """Slant each image about its centre, by amounts of its own.

    Args:
        x_factor: most pixels that a row moves sideways for each pixel that it lies above or below
            the centre, either way, in [0, 1); 0.3 is AutoAugment's most.
        y_factor: the same of columns, up and down.
        **kwargs: `mode`, `fill`, `probability` and `seed`, as in `AffineLayer`.

    Raises:
        RecipeError: at an argument out of its range, or if both are 0.

    Example:
        ```python
        shear = Shear(x_factor=0.2)
        dataset = dataset.map(lambda images, labels: (shear(images), labels))
        ```
    """

    draws = 2

    def __init__(self, x_factor=0.2, y_factor=0.0, **kwargs):
        super().__init__(**kwargs)
        self.x_factor = self.require_number("x_factor", x_factor, at_least=0, below=1)
        self.y_factor = self.require_number("y_factor", y_factor, at_least=0, below=1)
        if self.x_factor == self.y_factor == 0:
            raise RecipeError(
                "Shear.x_factor", "and y_factor are both 0: nothing would be sheared",
                "Raise one of them, or leave the layer out.",
            )  # fmt: skip

    def changes(self, uniform, height, width):
        return {
            "shear_x": between(uniform[:, 0], -self.x_factor, self.x_factor),
            "shear_y": between(uniform[:, 1], -self.y_factor, self.y_factor),
        }

    def get_config(self):
        return {**super().get_config(), "x_factor": self.x_factor, "y_factor": self.y_factor}
