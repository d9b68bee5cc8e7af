"""Random mirroring."""

import tensorflow as tf

from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.errors import RecipeError

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


class Flip(ImageLayer):
    """Mirror each image with probability one half. Not for digits, letters or road signs.

    Args:
        mode: `"horizontal"` (left to right), `"vertical"` (upside down) or
            `"horizontal_and_vertical"` (each by a throw of its own).
        seed: as in `ImageLayer`.

    Raises:
        RecipeError: if `mode` is another.

    Example:
        ```python
        flip = Flip()
        dataset = dataset.map(lambda images, labels: (flip(images), labels))
        ```
    """

    draws = 2

    def __init__(self, mode="horizontal", seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if mode not in _MODES:
            raise RecipeError(
                "Flip.mode",
                f"must be one of {', '.join(_MODES)}; got {mode!r}",
                'Use "horizontal" for photographs.',
            )
        self.mode = mode

    def change(self, images, uniform):
        flips = (uniform < 0.5)[:, :, tf.newaxis, tf.newaxis, tf.newaxis]
        if self.mode != "vertical":
            images = tf.where(flips[:, 0], images[:, :, ::-1], images)
        if self.mode != "horizontal":
            images = tf.where(flips[:, 1], images[:, ::-1], images)
        return images

    def get_config(self):
        return {**super().get_config(), "mode": self.mode}
