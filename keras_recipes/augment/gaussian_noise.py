"""Gaussian noise of random strength."""

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer, between
from keras_recipes.augment.random_bits import as_normal, random_integers


class GaussianNoise(ImageLayer):
    """Add normal noise to every value of each image, of a strength of its own, and clip.

    KerasCV has no such layer; `keras.layers.GaussianNoise` has one strength, of 1 at most, and
    does not clip.

    Args:
        stddev: `(smallest, largest)` standard deviation, in units of 0..255, in [0, 255].
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        noise = GaussianNoise(stddev=(0, 20))
        dataset = dataset.map(lambda images, labels: (noise(images), labels))
        ```
    """

    def __init__(self, stddev=(0.0, 20.0), **kwargs):
        super().__init__(**kwargs)
        self.stddev = self.require_range("stddev", stddev, at_least=0, at_most=255)

    def draw_more(self, shape):
        return (random_integers(shape, self.next_seed(), tf.uint16),)

    def change(self, images, uniform, integers):
        stddev = between(uniform[:, 0], *self.stddev)[:, tf.newaxis, tf.newaxis, tf.newaxis]
        return tf.clip_by_value(images + stddev * as_normal(integers), 0, 255)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}
