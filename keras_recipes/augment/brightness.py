"""Brightness changed by a random factor."""

from keras_recipes.augment.color import adjust_brightness
from keras_recipes.augment.image_layer import ImageLayer, between


class Brightness(ImageLayer):
    """Multiply each image by a factor of its own, all alike within the bounds, and clip.

    As Pillow's and torchvision's brightness; KerasCV's and Keras's add.

    Args:
        factor: `(smallest, largest)`, from 0: 1 changes nothing, 0 gives black.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        brighten = Brightness(factor=(0.7, 1.3))
        dataset = dataset.map(lambda images, labels: (brighten(images), labels))
        ```
    """

    def __init__(self, factor=(0.7, 1.3), **kwargs):
        super().__init__(**kwargs)
        self.factor = self.require_range("factor", factor, at_least=0)

    def change(self, images, uniform):
        return adjust_brightness(images, between(uniform[:, 0], *self.factor))

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
