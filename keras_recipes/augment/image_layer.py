"""What our own augmentation layers have in common."""

import tensorflow as tf

from keras_recipes.augment.random_layer import RandomImageLayer
from keras_recipes.bounds import require_number, require_range, require_whole
from keras_recipes.errors import RecipeError


class ImageLayer(RandomImageLayer):
    """Change each image, or a share of the images, by uniform numbers drawn for it.

    A layer says in `draws` how many numbers an image takes, and in `change` what becomes of the
    images. It takes and returns what every `RandomImageLayer` does.

    Args:
        probability: share of the images that are changed, in (0, 1].
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.
    """

    draws = 1

    def __init__(self, probability=1.0, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.probability = self.require_number("probability", probability, above=0, at_most=1)

    def change(self, images, uniform):
        """Change every image.

        Args:
            images: float32, shape `(batch, height, width, channels)`.
            uniform: float32 in [0, 1), shape `(batch, draws)`.

        Returns:
            float32 in 0..255, shape `(batch, *output_size(height, width), channels)`.
        """
        raise NotImplementedError

    def draw_more(self, shape):
        """Further tensors for `change`, as a tuple; `shape` as `draw` is given it."""
        return ()

    def check_images(self, height, width, channels):
        """Refuse images that the layer can't change; raises `RecipeError`."""

    def check_shape(self, shape):
        if len(shape) != 4 or None in shape[1:]:
            raise RecipeError(
                type(self).__name__,
                f"takes images of shape (batch, height, width, channels); got {shape}",
                "Batch the images first, all of one known size.",
            )
        self.check_images(*shape[1:])

    def draw(self, shape):
        some = self.probability < 1
        uniform = tf.random.stateless_uniform([shape[0], self.draws + some], self.next_seed())
        return (uniform, *self.draw_more(shape))

    def transform(self, images, uniform, *more):
        images = tf.cast(images, tf.float32)
        changed = self.change(images, uniform[:, : self.draws], *more)
        if self.probability == 1:
            return changed
        chosen = uniform[:, -1] < self.probability
        return tf.where(chosen[:, tf.newaxis, tf.newaxis, tf.newaxis], changed, images)

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
