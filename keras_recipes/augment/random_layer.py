"""What our own layers have in common: float32, draws that can be keyed, one compiled pass."""

import functools

import keras
import tensorflow as tf

from keras_recipes.augment.keyed import without_keys


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
    """A `RandomLayer` that changes images alone, by numbers drawn before.

    Takes images, shape `(batch, height, width, channels)`, any numeric type, in 0..255, or a dict
    with such `"images"`, whose other entries pass untouched. Returns float32 images.

    A subclass says in `draw` what it draws for a batch and in `transform` what becomes of the
    images. `transform` is compiled by XLA, whatever the device: on a CPU, where input pipelines
    run, that makes one pass of what TensorFlow does in a pass for each operation.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self._compiled = compile_together([self])

    def check_shape(self, shape):
        """Refuse images that the layer can't change; raises `RecipeError`."""

    def output_size(self, height, width):
        """`(height, width)` of the results."""
        return height, width

    def draw(self, shape):
        """All that is random about the change of one batch.

        Drawn outside of XLA, whose generator is slower by far on a CPU.

        Args:
            shape: `(batch, height, width, channels)` of the images: integers, but for a batch of
                unknown size, a scalar tensor.

        Returns:
            tuple of tensors.
        """
        raise NotImplementedError

    def transform(self, images, *drawn):
        """The changed images; draws nothing.

        Args:
            images: any numeric type, in 0..255, shape `(batch, height, width, channels)`.
            *drawn: as `draw` returns it.

        Returns:
            float32 in 0..255, shape `(batch, *output_size(height, width), channels)`.
        """
        raise NotImplementedError

    def build(self, input_shape):
        # Keras hides the type of errors that are raised in call().
        shape = input_shape["images"] if isinstance(input_shape, dict) else input_shape
        self.check_shape(tuple(shape))

    def call(self, inputs):
        images = inputs["images"] if isinstance(inputs, dict) else inputs
        batch, height, width, channels = images.shape
        shape = (tf.shape(images)[0] if batch is None else batch, height, width, channels)
        changed = self._compiled(images, [self.draw(shape)])
        size = self.output_size(height, width)
        changed = tf.ensure_shape(changed, (batch, *size, channels))
        return {**inputs, "images": changed} if isinstance(inputs, dict) else changed

    def compute_output_shape(self, input_shape):
        """Shapes as `call` returns them."""
        if isinstance(input_shape, dict):
            return {**input_shape, "images": self.compute_output_shape(input_shape["images"])}
        batch, height, width, channels = input_shape
        return (batch, *self.output_size(height, width), channels)


def compile_together(layers):
    """What several layers do one after the other, as one function compiled by XLA.

    Args:
        layers: each a `RandomImageLayer`.

    Returns:
        function of images, any numeric type, and a list of what each layer drew, to float32 images.
    """

    def transform(images, drawn):
        with without_keys():
            for layer, its_own in zip(layers, drawn, strict=True):
                images = layer.transform(images, *its_own)
        return images

    # A partial, since TensorFlow warns of retracing by the code that functions share.
    return tf.function(functools.partial(transform), jit_compile=True, autograph=False)
