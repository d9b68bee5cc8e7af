"""AugMix: each image blended with several randomly augmented versions of itself."""

import tensorflow as tf

from keras_recipes.augment.operations import Ranges, check_shape, draw_signs, operate
from keras_recipes.augment.random_layer import RandomImageLayer
from keras_recipes.bounds import require_number, require_whole

_OPERATIONS = (
    "auto_contrast", "equalize", "posterize", "rotate", "solarize", "shear_x", "shear_y",
    "translate_x", "translate_y",
)  # fmt: skip
_RANGES = Ranges(translation=1 / 3, bits=(4, 0))
_NAMES = (*_OPERATIONS, "identity")


class AugMix(RandomImageLayer):
    """Blend each image with chains of random operations on it, in random shares.

    A layer of our own: KerasCV's maps over single images (docs/speed.md has the difference), and
    Keras's draws its operations in Python while it is traced: once, for all batches.
    Source: Hendrycks et al. 2020, arXiv:1912.02781, with the operations and strengths of their
    code: those that resemble the corruptions they test on (colour, contrast, brightness,
    sharpness) are left out, and the strength of each operation is drawn anew up to `severity`.
    Nearest pixels, and `fill` outside the image. Their consistency loss is no part of this layer.

    Takes images, float in 0..255, shape `(batch, height, width, 1 or 3)`, or a dict with such
    `"images"`, whose other entries pass untouched. Returns float32 images of the same shape.

    Args:
        severity: upper bound of each operation's strength, 0.1 to 10.
        width: chains, at least 1.
        depth: operations in each chain; None draws 1 to 3 for each chain.
        alpha: at least 0.05, of the Dirichlet and Beta distributions of the shares.
        fill: value of what is moved in from outside the image, 0 to 255.
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.

    Raises:
        RecipeError: at an argument out of its range, or images of another shape.

    Example:
        ```python
        augment = AugMix(severity=3)
        dataset = dataset.map(lambda images, labels: (augment(images), labels))
        ```
    """

    def __init__(
        self, severity=3.0, width=3, depth=None, alpha=1.0, fill=128.0, seed=None, **kwargs
    ):
        super().__init__(seed, **kwargs)
        self.severity = require_number("AugMix.severity", severity, at_least=0.1, at_most=10)
        self.width = require_whole("AugMix.width", width, at_least=1)
        self.depth = None if depth is None else require_whole("AugMix.depth", depth, at_least=1)
        # Less underflows float32 too often: all shares 0.
        self.alpha = require_number("AugMix.alpha", alpha, at_least=0.05)
        self.fill = require_number("AugMix.fill", fill, at_least=0, at_most=255)

    def check_shape(self, shape):
        check_shape("AugMix", shape)

    def draw(self, shape):
        batch, longest = shape[0], self.depth or 3
        chains = (batch, self.width, longest)
        chosen = tf.random.stateless_uniform(
            chains, self.next_seed(), 0, len(_OPERATIONS), tf.int32
        )
        if self.depth is None:
            depths = tf.random.stateless_uniform(
                chains[:2], self.next_seed(), 1, longest + 1, tf.int32
            )
            # Chains that end before have nothing done to them.
            goes_on = tf.range(longest) < depths[..., tf.newaxis]
            chosen = tf.where(goes_on, chosen, _NAMES.index("identity"))
        strengths = tf.random.stateless_uniform(chains, self.next_seed(), 0.1, self.severity) / 10
        shares = self._shares((batch, self.width))
        kept = self._shares((batch, 2))[:, :1]
        weights = tf.concat([kept, (1.0 - kept) * shares], axis=1)
        return chosen, strengths, draw_signs(chains, self.next_seed()), weights

    def transform(self, images, chosen, strengths, signs, weights):
        def mix(image_and_settings):
            image, chosen, strengths, signs, weights = image_and_settings

            def add_chain(n, mixed):
                settings = [tf.gather(each, n) for each in (chosen, strengths, signs)]
                changed = operate(image, *settings, _NAMES, self.fill, _RANGES)
                return n + 1, mixed + tf.gather(weights, n + 1) * tf.cast(changed, tf.float32)

            first = (tf.constant(0), weights[0] * tf.cast(image, tf.float32))
            return tf.while_loop(lambda n, _: n < self.width, add_chain, first)[1]

        settings = (images, chosen, strengths, signs, weights)
        mixed = tf.map_fn(mix, settings, fn_output_signature=tf.float32)
        return tf.clip_by_value(mixed, 0.0, 255.0)  # the shares sum to 1 only to within rounding

    def _shares(self, shape):
        """Random parts that sum to 1 along the last axis."""
        drawn = tf.random.stateless_gamma(shape, self.next_seed(), self.alpha)
        drawn = tf.maximum(drawn, 1e-30)  # where all underflow, the shares are alike
        return drawn / tf.reduce_sum(drawn, axis=-1, keepdims=True)

    def get_config(self):
        own = {
            "severity": self.severity,
            "width": self.width,
            "depth": self.depth,
            "alpha": self.alpha,
            "fill": self.fill,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}
