"""Cutout: a square of every image covered."""

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.augment.random_box import inside
from keras_recipes.errors import RecipeError


class Cutout(ImageLayer):
    """Cover one square of `size` pixels in each image.

    Its centre is any pixel of the image, all alike, and what lies outside the image is cut off:
    the hole of a square centred at the border is smaller. Of an even size, half lies before the
    centre pixel and half begins with it.
    Source: DeVries & Taylor 2017, arXiv:1708.04552, who cover a centred square of images that
    were normalised, with 0: their mean colour. Mid-grey stands for it here.

    Args:
        size: side of the square in pixels, from 1 to the image's shorter side.
        fill: value of the covered pixels, 0 to 255.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range, or images smaller than the square.

    Example:
        ```python
        cutout = Cutout(size=8)
        dataset = dataset.map(lambda images, labels: (cutout(images), labels))
        ```
    """

    draws = 2

    def __init__(self, size=8, fill=128.0, **kwargs):
        super().__init__(**kwargs)
        self.size = self.require_whole("size", size, at_least=1)
        self.fill = self.require_number("fill", fill, at_least=0, at_most=255)

    def check_images(self, height, width, channels):
        if self.size > min(height, width):
            raise RecipeError(
                "Cutout.size",
                f"must fit the image of {height} by {width}; got {self.size}",
                f"Use {max(1, min(height, width) // 4)}, a quarter of the side.",
            )

    def change(self, images, uniform):
        sides = images.shape[1:3]
        top, left = (
            tf.minimum(tf.cast(uniform[:, n] * side, tf.int32), side - 1) - self.size // 2
            for n, side in enumerate(sides)
        )
        size = tf.fill(tf.shape(top), self.size)
        return tf.where(inside((top, left, size, size), sides), self.fill, images)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "fill": self.fill}
