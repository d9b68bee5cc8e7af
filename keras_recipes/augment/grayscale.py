"""Colour taken away at random."""

import tensorflow as tf

from keras_recipes.augment.color import adjust_saturation
from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.augment.three_channels import require_one_or_three_channels


class Grayscale(ImageLayer):
    """Make some images grey, in as many channels as they have.

    Source: SimCLR, Chen et al. 2020, arXiv:2002.05709, appendix A ("colour drop"), with
    probability 0.2.

    Args:
        **kwargs: `probability` and `seed`, as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range, or at images of other than 1 or 3 channels.

    Example:
        ```python
        grayscale = Grayscale(probability=0.2)
        dataset = dataset.map(lambda images, labels: (grayscale(images), labels))
        ```
    """

    draws = 0

    def check_images(self, height, width, channels):
        require_one_or_three_channels("Grayscale", channels)

    def change(self, images, uniform):
        return adjust_saturation(images, tf.zeros(tf.shape(images)[:1]))
