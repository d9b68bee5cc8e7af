"""What all layers of our own have in common: float32, and draws that can be keyed."""

import keras
import tensorflow as tf


class RandomLayer(keras.layers.Layer):
    """A layer that draws by `next_seed`, and computes in float32 whatever the global policy.

    bfloat16 would round the pixels; Keras would cast other entries of a dict too.

    Args:
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.
        **kwargs: as any Keras layer's.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**{"dtype": "float32", "autocast": False, **kwargs})
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def next_seed(self):
        """A seed for one stateless draw: int64, shape `(2,)`."""
        return tf.cast(self.seed_generator.next(), tf.int64)


class RandomImageLayer(RandomLayer):
    """A `RandomLayer` that changes images alone.

    Takes images, shape `(batch, height, width, channels)`, or a dict with such `"images"`, whose
    other entries pass untouched. A subclass defines `augment` and, where it doesn't take every
    shape, `check_shape`.
    """

    def build(self, input_shape):
        # Keras hides the type of errors that are raised in call().
        shape = input_shape["images"] if isinstance(input_shape, dict) else input_shape
        self.check_shape(tuple(shape))

    def check_shape(self, shape):
        """Refuse images that the layer can't change; raises `RecipeError`."""

    def call(self, inputs):
        if isinstance(inputs, dict):
            return {**inputs, "images": self.augment(inputs["images"])}
        return self.augment(inputs)

    def augment(self, images):
        """The changed images, float32 in 0..255."""
        raise NotImplementedError
