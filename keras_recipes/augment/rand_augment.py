"""RandAugment: a few random operations, of one common strength, on every image."""

import tensorflow as tf

from keras_recipes.augment.operations import check_operations, check_shape, draw_signs, operate
from keras_recipes.augment.random_layer import RandomImageLayer
from keras_recipes.bounds import require_number, require_whole

STANDARD = (
    "identity", "auto_contrast", "equalize", "rotate", "solarize", "color", "posterize",
    "contrast", "brightness", "sharpness", "shear_x", "shear_y", "translate_x", "translate_y",
)  # fmt: skip
"""The operations of the paper."""


class RandAugment(RandomImageLayer):
    """Carry out `num_layers` operations on each image, one after the other, drawn for it alone.

    A layer of our own: KerasCV's maps over single images (docs/speed.md has the difference) and
    Keras's draws one choice of operations for the whole batch.
    Source: Cubuk et al. 2019, arXiv:1909.13719 (the 14 operations, equally likely; the scale of 10
    and its ends from AutoAugment, arXiv:1805.09501; nearest pixels and mid-grey outside as in their
    code). As in torchvision and timm's "increasing" variant, operations grow with the magnitude
    from nothing at 0, all but auto-contrast, equalize and invert, which have no strength; signs are
    drawn. At 10: rotation by 30 degrees, shear by 0.3, translation by 0.45 of the side, enhancement
    by 1 plus or minus 0.9, 4 bits, and all solarized. Values are whole numbers after each.

    Takes images, float in 0..255, shape `(batch, height, width, 1 or 3)`, or a dict with such
    `"images"`, whose other entries pass untouched. Returns float32 images of the same shape.

    Args:
        num_layers: operations on each image, at least 1.
        magnitude: their strength, 0 to 10.
        magnitude_deviation: standard deviation of the magnitude, drawn for each operation and kept
            in 0 to 10; 0.5 is usual in timm.
        operations: names to draw from; None for the 14 of the paper, which leave out `"invert"`.
        fill: value of what is moved in from outside the image, 0 to 255.
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.

    Raises:
        RecipeError: at an argument out of its range, or images of another shape.

    Example:
        ```python
        augment = RandAugment(num_layers=2, magnitude=9)
        dataset = dataset.map(lambda images, labels: (augment(images), labels))
        ```
    """

    def __init__(
        self,
        num_layers=2,
        magnitude=9.0,
        magnitude_deviation=0.0,
        operations=None,
        fill=128.0,
        seed=None,
        **kwargs,
    ):
        super().__init__(seed, **kwargs)
        self.num_layers = require_whole("RandAugment.num_layers", num_layers, at_least=1)
        self.magnitude = require_number("RandAugment.magnitude", magnitude, at_least=0, at_most=10)
        self.magnitude_deviation = require_number(
            "RandAugment.magnitude_deviation", magnitude_deviation, at_least=0, at_most=10
        )
        self.fill = require_number("RandAugment.fill", fill, at_least=0, at_most=255)
        if operations is not None:
            operations = tuple(operations) if isinstance(operations, list) else operations
            check_operations("RandAugment.operations", operations)
        self.operations = operations

    def check_shape(self, shape):
        check_shape("RandAugment", shape)

    def draw(self, shape):
        drawn = (shape[0], self.num_layers)
        count = len(self.operations or STANDARD)
        chosen = tf.random.stateless_uniform(drawn, self.next_seed(), 0, count, tf.int32)
        return chosen, self._strengths(drawn), draw_signs(drawn, self.next_seed())

    def transform(self, images, chosen, strengths, signs):
        names = self.operations or STANDARD

        def change(image_and_settings):
            changed = operate(*image_and_settings, names, self.fill)
            return tf.cast(changed, tf.float32)

        settings = (images, chosen, strengths, signs)
        return tf.map_fn(change, settings, fn_output_signature=tf.float32)

    def _strengths(self, shape):
        if not self.magnitude_deviation:
            return tf.fill(shape, self.magnitude / 10)
        drawn = tf.random.stateless_normal(
            shape, self.next_seed(), self.magnitude, self.magnitude_deviation
        )
        return tf.clip_by_value(drawn, 0.0, 10.0) / 10

    def get_config(self):
        own = {
            "num_layers": self.num_layers,
            "magnitude": self.magnitude,
            "magnitude_deviation": self.magnitude_deviation,
            "operations": self.operations,
            "fill": self.fill,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}
