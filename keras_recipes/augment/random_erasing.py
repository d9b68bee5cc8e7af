"""Random erasing: a rectangle of every image covered."""

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.augment.random_bits import random_integers
from keras_recipes.augment.random_box import inside, random_boxes
from keras_recipes.errors import RecipeError


class RandomErasing(ImageLayer):
    """Cover one rectangle in each image chosen, of random area, proportions and place.

    Source: Zhong et al. 2017, arXiv:1708.04896: with probability 0.5, areas from 0.02 to 0.4,
    proportions from 0.3 to 1 / 0.3, noise. The rectangle lies within the image; proportions with
    which its area would not fit are left out of the draw, where the paper draws area and
    proportions again. KerasCV has no such layer; in Keras's, a scalar `factor=p` means a
    probability that is itself drawn from 0 to p: 0.9 changes 45 % of the images.

    Args:
        area: `(smallest, largest)` as fractions of the image's, in (0, 1].
        aspect: `(smallest, largest)` width over height, in [0.01, 100].
        fill: `"noise"`, a whole number from 0 to 255 for each value, all alike; or a number in
            [0, 255] for all.
        probability: share of the images that are changed, in (0, 1].
        seed: as in `ImageLayer`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        erase = RandomErasing(probability=0.5)
        dataset = dataset.map(lambda images, labels: (erase(images), labels))
        ```
    """

    draws = 4

    def __init__(
        self, area=(0.02, 0.4), aspect=(0.3, 1 / 0.3), fill="noise", probability=0.5, **kwargs
    ):
        super().__init__(probability=probability, **kwargs)
        self.area = self.require_range("area", area, above=0, at_most=1)
        self.aspect = self.require_range("aspect", aspect, at_least=0.01, at_most=100)
        if isinstance(fill, str):
            if fill != "noise":
                raise RecipeError(
                    "RandomErasing.fill",
                    f'must be "noise" or a number in [0, 255]; got {fill!r}',
                    'Use "noise", as the paper does.',
                )
            self.fill = fill
        else:
            self.fill = self.require_number("fill", fill, at_least=0, at_most=255)

    def draw_more(self, shape):
        if self.fill != "noise":
            return ()
        return (random_integers(shape, self.next_seed(), tf.uint8),)

    def change(self, images, uniform, *noise):
        size = images.shape[1:3]
        boxes = random_boxes(uniform, size, self.area, self.aspect)
        covered = tf.cast(noise[0], tf.float32) if noise else self.fill
        return tf.where(inside(boxes, size), covered, images)

    def get_config(self):
        own = {"area": self.area, "aspect": self.aspect, "fill": self.fill}
        return {**super().get_config(), **own}
