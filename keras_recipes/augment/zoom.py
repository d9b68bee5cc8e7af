"""Magnification by a random factor."""

import math

import tensorflow as tf

from keras_recipes.augment.affine_layer import AffineLayer
from keras_recipes.augment.image_layer import between


class Zoom(AffineLayer):
    """Magnify each image about its centre by a factor of its own, its proportions kept.

    The logarithm of the factor is drawn, all alike: from (0.5, 2) as many images shrink as grow.

    Args:
        factor: `(smallest, largest)`: 2 shows things twice as wide and high, 0.5 half; in
            [0.1, 10].
        **kwargs: `mode`, `fill`, `probability` and `seed`, as in `AffineLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        zoom = Zoom(factor=(0.8, 1.25))
        dataset = dataset.map(lambda images, labels: (zoom(images), labels))
        ```
    """

    def __init__(self, factor=(0.8, 1.25), **kwargs):
        super().__init__(**kwargs)
        self.factor = self.require_range("factor", factor, at_least=0.1, at_most=10)

    def changes(self, uniform, height, width):
        low, high = (math.log(each) for each in self.factor)
        factors = tf.exp(between(uniform[:, 0], low, high))
        return {"zoom_x": factors, "zoom_y": factors}

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
