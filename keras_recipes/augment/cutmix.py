"""CutMix: a box of each image replaced by another image's, and the label in proportion."""

import tensorflow as tf

from keras_recipes.augment.random_layer import RandomLayer
from keras_recipes.bounds import require_number
from keras_recipes.errors import RecipeError


class CutMix(RandomLayer):
    """Paste a box of another image of the batch into each, and mix the labels by the box's area.

    A layer of our own: KerasCV's cuts the box off at the border and not its share of the label
    (off by 0.15 on average), Keras's draws one box for the whole batch. Here each image has its
    own share, drawn from Beta(alpha, alpha), box and partner, and the label is the share of the
    pixels to the last one. The box has the image's proportions and its centre is any pixel.
    Source: Yun et al. 2019, arXiv:1905.04899, section 3.1 (alpha 1).

    Takes and returns a dict of `"images"`, numeric, shape `(batch, height, width, channels)`, and
    one-hot float `"labels"`, shape `(batch, classes)`; both come back float32.

    Args:
        alpha: at least 0.05; 1 makes all shares alike, less makes tiny and huge boxes frequent.
        seed: integer, for use outside `build_pipeline`, which keys the layer itself.

    Raises:
        RecipeError: at an argument out of its range, or images without float labels.

    Example:
        ```python
        mix = CutMix(alpha=1.0)
        dataset = dataset.map(lambda images, labels: mix({"images": images, "labels": labels}))
        ```
    """

    mixes_labels = True

    def __init__(self, alpha=1.0, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        # Below, both of the gamma draws that make up a share underflow float32 too often.
        self.alpha = require_number("CutMix.alpha", alpha, at_least=0.05)

    def build(self, input_shape):
        # Keras hides the type of errors that are raised in call().
        if not isinstance(input_shape, dict) or not {"images", "labels"} <= set(input_shape):
            raise RecipeError(
                "CutMix", f'takes a dict of "images" and "labels"; got shape {input_shape}',
                'Call it on {"images": images, "labels": labels}.',
            )  # fmt: skip
        images, labels = tuple(input_shape["images"]), tuple(input_shape["labels"])
        if len(images) != 4 or None in images[1:] or len(labels) != 2:
            raise RecipeError(
                "CutMix",
                "takes images of shape (batch, height, width, channels) and labels of shape "
                f"(batch, classes); got {images} and {labels}",
                "Batch the images first, all of one known size; use one-hot labels.",
            )

    def call(self, inputs):
        labels = inputs["labels"]
        if not labels.dtype.is_floating:
            raise RecipeError(
                "CutMix", f"takes one-hot float labels; got {labels.dtype.name}",
                "Use tf.one_hot(labels, num_classes).",
            )  # fmt: skip
        images, labels = tf.cast(inputs["images"], tf.float32), tf.cast(labels, tf.float32)
        height, width, channels = images.shape[1:]
        batch = tf.shape(images)[0]
        gammas = tf.maximum(
            tf.random.stateless_gamma([batch, 2], self.next_seed(), self.alpha), 1e-30
        )
        side = tf.sqrt(gammas[:, 0] / tf.reduce_sum(gammas, axis=1))
        rows, in_height = _span(side, height, self.next_seed())
        columns, in_width = _span(side, width, self.next_seed())
        partners = tf.random.experimental.stateless_shuffle(tf.range(batch), self.next_seed())
        # One gather of pixels, each from its image or the partner's.
        inside = rows[:, :, tf.newaxis] & columns[:, tf.newaxis, :]
        source = tf.where(
            inside, partners[:, tf.newaxis, tf.newaxis], tf.range(batch)[:, tf.newaxis, tf.newaxis]
        )
        places = tf.reshape(tf.range(height * width), [height, width])
        mixed = tf.gather(tf.reshape(images, [-1, channels]), source * (height * width) + places)
        share = tf.cast(in_height * in_width, tf.float32)[:, tf.newaxis] / (height * width)
        return {
            **inputs,
            "images": tf.ensure_shape(mixed, images.shape),
            "labels": labels * (1.0 - share) + tf.gather(labels, partners) * share,
        }

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha, "seed": self.seed}


def _span(side, size, seed):
    """Which of `size` positions the box covers, bool `(batch, size)`, and how many, `(batch,)`.

    `side` of it long, about any position, and cut off at the ends.
    """
    length = tf.cast(side * size, tf.int32)
    begin = tf.random.stateless_uniform(tf.shape(side), seed, 0, size, tf.int32) - length // 2
    position = tf.range(size)
    covered = (position >= begin[:, tf.newaxis]) & (position < (begin + length)[:, tf.newaxis])
    return covered, tf.math.count_nonzero(covered, axis=1, dtype=tf.int32)
