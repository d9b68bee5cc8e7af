"""The keyed stream of batches: what step `t` trains on is a function of (seed, t) alone."""

import numpy as np

from keras_recipes.data.central_resize import central_resize
from keras_recipes.data.dataset import Examples
from keras_recipes.data.keyed_order import full_batches, keyed_batches


def steps_per_epoch(examples: Examples, batch_size: int) -> int:
    """Full batches in an epoch; what is left over differs from epoch to epoch.

    Raises:
        RecipeError: if the examples fill no batch.
    """
    return full_batches(len(examples), batch_size)


def training_batches(
    examples: Examples,
    num_classes: int,
    *,
    seed: int,
    batch_size: int,
    first_step: int,
    last_step: int,
    augment=None,
    parallel_calls: int | None = None,
):
    """Batches of the global steps `first_step` to `last_step - 1`.

    Args:
        augment: function of (images uint8, labels, epoch, step) to (images float32, labels), as
            `keras_recipes.augment.build_pipeline` makes it; None for the images as they are. It is
            given images of `examples.stored_shape`; what it returns in another size than
            `examples.image_shape` is resized to that.
        parallel_calls: batches made at once; None leaves it to TensorFlow.

    Returns:
        `tf.data.Dataset` of (images float32 `(batch_size, height, width, channels)` in 0..255,
        one-hot labels float32 `(batch_size, num_classes)`).
    """
    gather = _gather(examples, num_classes)

    def make(places, epoch, step):
        images, labels = gather(places, batch_size)
        images, labels = augment(images, labels, epoch, step) if augment else (images, labels)
        return _as_seen(images, examples), labels

    return keyed_batches(
        make, count=len(examples), seed=seed, batch_size=batch_size, first_step=first_step,
        last_step=last_step, parallel_calls=parallel_calls,
    )  # fmt: skip


def evaluation_batches(examples: Examples, num_classes: int, batch_size: int):
    """All examples once, in their order; the last batch may be smaller.

    Returns:
        `tf.data.Dataset` of (images float32 of `examples.image_shape` in 0..255, one-hot labels
        float32).
    """
    import tensorflow as tf

    gather = _gather(examples, num_classes)
    count = len(examples)

    def batch(start):
        images, labels = gather(tf.range(start, tf.minimum(start + batch_size, count)), None)
        return _as_seen(images, examples), labels

    starts = tf.data.Dataset.range(0, count, batch_size)
    return starts.map(batch, num_parallel_calls=2, deterministic=True).prefetch(2)


def _as_seen(images, examples):
    """Images as the network gets them; features as they are."""
    if not examples.are_images:
        return images
    return central_resize(images, examples.image_shape[:2])


def _gather(examples, num_classes):
    """Function of (positions, their static number or None) to (stored images, one-hot labels).

    Read by NumPy rather than by a TensorFlow constant: one copy of the data, and memory maps work.
    """
    import tensorflow as tf

    types = [tf.as_dtype(examples.images.dtype), tf.int64]

    def read(positions):
        rows = examples.indices[positions]
        return np.asarray(examples.images[rows]), examples.labels[rows]

    def gather(positions, count):
        images, labels = tf.numpy_function(read, [positions], types, stateful=False)
        images = tf.ensure_shape(images, (count, *examples.stored_shape))
        labels = tf.ensure_shape(labels, (count,))
        return images, tf.one_hot(labels, num_classes)

    return gather
