"""Blur of random width."""

import math

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer, between
from keras_recipes.errors import RecipeError


class GaussianBlur(ImageLayer):
    """Blur each image by a Gaussian of its own width, all alike within the bounds.

    The Gaussian ends at three times the largest width; the image is mirrored about its outermost
    pixels. Source: SimCLR, Chen et al. 2020, arXiv:2002.05709, appendix A: widths from 0.1 to 2
    pixels of 224, with probability 0.5.

    Args:
        sigma: `(smallest, largest)` standard deviation in pixels, above 0.
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range, or images too small to be mirrored.

    Example:
        ```python
        blur = GaussianBlur(sigma=(0.1, 2.0), probability=0.5)
        dataset = dataset.map(lambda images, labels: (blur(images), labels))
        ```
    """

    def __init__(self, sigma=(0.1, 2.0), **kwargs):
        super().__init__(**kwargs)
        self.sigma = self.require_range("sigma", sigma, above=0)
        self.radius = math.ceil(3 * self.sigma[1])

    def check_images(self, height, width, channels):
        if self.radius >= min(height, width):
            raise RecipeError(
                "GaussianBlur.sigma",
                f"must be at most {(min(height, width) - 1) / 3:.2f} for images of {height} by "
                f"{width}; got {self.sigma[1]}",
                "Blur less.",
            )

    def change(self, images, uniform):
        sigma = between(uniform[:, 0], *self.sigma)[:, tf.newaxis]
        places = tf.range(-self.radius, self.radius + 1, dtype=tf.float32)
        weights = tf.exp(-0.5 * tf.square(places / sigma))
        weights /= tf.reduce_sum(weights, axis=1, keepdims=True)
        for axis in (1, 2):
            images = self._blurred(images, weights, axis)
        return tf.clip_by_value(images, 0, 255)

    def _blurred(self, images, weights, axis):
        size = images.shape[axis]
        margins = [[self.radius, self.radius] if n == axis else [0, 0] for n in range(4)]
        padded = tf.pad(images, margins, "REFLECT")
        total = 0.0
        for n in range(2 * self.radius + 1):
            begin = [n if each == axis else 0 for each in range(4)]
            length = [size if each == axis else -1 for each in range(4)]
            total += weights[:, n, tf.newaxis, tf.newaxis, tf.newaxis] * tf.slice(
                padded, begin, length
            )
        return total

    def get_config(self):
        return {**super().get_config(), "sigma": self.sigma}
