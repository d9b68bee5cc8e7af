"""What our own augmentation layers have in common."""

import functools

import tensorflow as tf

from keras_recipes.augment.bounds import require_number, require_range, require_whole
from keras_recipes.augment.random_layer import RandomImageLayer
from keras_recipes.errors import RecipeError


class ImageLayer(RandomImageLayer):
    """Change each image by numbers drawn for it, all of a batch in one compiled pass.

    A layer says in `draws` how many uniform numbers an image takes, and in `change` what becomes
    of the images. `change` is compiled by XLA, whatever the device: on a CPU, where input
    pipelines run, that makes one pass of what TensorFlow does in a pass for each operation.

    Takes images, shape `(batch, height, width, channels)`, any numeric type, in 0..255, or a dict
    with such `"images"`, whose other entries pass untouched. Returns float32 images.

    Args:
        probability: share of the images that are changed, in (0, 1].
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.
    """

    draws = 1

    def __init__(self, probability=1.0, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.probability = self.require_number("probability", probability, above=0, at_most=1)
        # A partial, since TensorFlow warns of retracing by the code that functions share.
        self._compiled = tf.function(
            functools.partial(self._change_some), jit_compile=True, autograph=False
        )

    def change(self, images, uniform):
        """Change every image.

        Args:
            images: float32, shape `(batch, height, width, channels)`.
            uniform: float32 in [0, 1), shape `(batch, draws)`.

        Returns:
            float32 in 0..255, shape `(batch, *output_size(height, width), channels)`.
        """
        raise NotImplementedError

    def check_images(self, height, width, channels):
        """Refuse images that the layer can't change; raises `RecipeError`."""

    def output_size(self, height, width):
        """`(height, width)` of the results."""
        return height, width

    def check_shape(self, shape):
        if len(shape) != 4 or None in shape[1:]:
            raise RecipeError(
                type(self).__name__,
                f"takes images of shape (batch, height, width, channels); got {shape}",
                "Batch the images first, all of one known size.",
            )
        self.check_images(*shape[1:])

    def augment(self, images):
        batch, (height, width, channels) = images.shape[0], images.shape[1:]
        some = self.probability < 1
        uniform = tf.random.stateless_uniform(
            [tf.shape(images)[0], self.draws + some], self.next_seed()
        )
        results = self._compiled(images, uniform, *self.draw_more(images))
        return tf.ensure_shape(results, (batch, *self.output_size(height, width), channels))

    def draw_more(self, images):
        """Further tensors for `change`, drawn outside of XLA, as a tuple."""
        return ()

    def _change_some(self, images, uniform, *more):
        images = tf.cast(images, tf.float32)
        changed = self.change(images, uniform[:, : self.draws], *more)
        if self.probability == 1:
            return changed
        chosen = uniform[:, -1] < self.probability
        return tf.where(chosen[:, tf.newaxis, tf.newaxis, tf.newaxis], changed, images)

    def compute_output_shape(self, input_shape):
        """Shapes as `call` returns them."""
        if isinstance(input_shape, dict):
            return {**input_shape, "images": self.compute_output_shape(input_shape["images"])}
        batch, height, width, channels = input_shape
        return (batch, *self.output_size(height, width), channels)

    def get_config(self):
        return {**super().get_config(), "probability": self.probability, "seed": self.seed}

    def require_number(self, name, value, **bounds):
        """`bounds.require_number` of the layer's argument `name`."""
        return require_number(f"{type(self).__name__}.{name}", value, **bounds)

    def require_whole(self, name, value, *, at_least):
        """`bounds.require_whole` of the layer's argument `name`."""
        return require_whole(f"{type(self).__name__}.{name}", value, at_least=at_least)

    def require_range(self, name, value, **bounds):
        """`bounds.require_range` of the layer's argument `name`."""
        return require_range(f"{type(self).__name__}.{name}", value, **bounds)


def between(uniform, low, high):
    """Uniform numbers in [0, 1) spread over a range."""
    return low + (high - low) * uniform
