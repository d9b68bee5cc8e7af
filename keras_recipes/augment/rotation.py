"""Rotation by a random angle."""

from keras_recipes.augment.affine_layer import AffineLayer
from keras_recipes.augment.image_layer import between


class Rotation(AffineLayer):
    """Turn each image about its centre by an angle of its own, all alike within the bounds.

    Args:
        degrees: largest angle, either way, in (0, 180].
        **kwargs: `mode`, `fill`, `probability` and `seed`, as in `AffineLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        rotate = Rotation(degrees=15)
        dataset = dataset.map(lambda images, labels: (rotate(images), labels))
        ```
    """

    def __init__(self, degrees=15.0, **kwargs):
        super().__init__(**kwargs)
        self.degrees = self.require_number("degrees", degrees, above=0, at_most=180)

    def changes(self, uniform, height, width):
        return {"degrees": between(uniform[:, 0], -self.degrees, self.degrees)}

    def get_config(self):
        return {**super().get_config(), "degrees": self.degrees}
