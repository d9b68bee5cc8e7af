"""A `tf.data` pipeline of somebody else's, as a function of the steps."""

import hashlib
import itertools

import numpy as np

from keras_recipes.errors import RecipeError


class Replayed:
    """Function of a first and a last step to batches, called for one stretch after the other.

    A shuffle that is another in each pass counts the passes that are made of the data set in this
    process. So every process makes the same: one for the first batch, then, by one iterator, those
    of the training. (A second iterator would begin where the first has read ahead to.)

    Args:
        dataset: `tf.data.Dataset` of the batches of an epoch.
        steps: batches in an epoch.
        epochs: in all.
        replay: whether the first call reads all batches of before.

    Attributes:
        first_batch: SHA-256 of the first, in hexadecimal.
        element_spec: of a batch.

    Raises:
        RecipeError: if it is no data set, or has fewer batches than an epoch.
    """

    def __init__(self, dataset, steps: int, epochs: int, *, replay: bool):
        import tensorflow as tf

        if not isinstance(dataset, tf.data.Dataset):
            raise RecipeError(
                "stream",
                f"must be a function of two steps or a tf.data.Dataset; got {type(dataset)}",
                "Of arrays, take keras_recipes.data.KeyedBatches(x, y, batch_size=32).",
            )
        cardinality = int(dataset.cardinality())
        if 0 <= cardinality < steps:
            raise RecipeError(
                "steps_per_epoch", f"is {steps}, but there are {cardinality} batches",
                f"Use {cardinality}, or leave it out.",
            )  # fmt: skip
        self._dataset, self._steps, self._replay = dataset.take(steps), steps, replay
        self._last_step, self._iterator = steps * epochs, None
        self.element_spec = dataset.element_spec
        digest = hashlib.sha256()
        for each in tf.nest.flatten(next(iter(self._dataset))):
            digest.update(np.ascontiguousarray(each).tobytes())
        self.first_batch = digest.hexdigest()

    def __call__(self, first_step: int, last_step: int):
        """`tf.data.Dataset` of the batches."""
        import tensorflow as tf

        if self._iterator is None:
            left = self._left_from(first_step)
            if last_step == self._last_step:  # in one stretch
                return left
            self._iterator = iter(left)
        count = last_step - first_step
        return tf.data.Dataset.from_generator(
            lambda: itertools.islice(self._iterator, count), output_signature=self.element_spec
        )

    def _left_from(self, step):
        passes, done = divmod(step, self._steps)
        epochs = self._last_step // self._steps
        if self._replay:
            return self._dataset.repeat(epochs).skip(step)
        return self._dataset.repeat(epochs - passes).skip(done)
