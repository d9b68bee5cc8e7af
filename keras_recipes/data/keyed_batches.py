"""Batches of anybody's arrays, in an order that is a function of a seed and the step."""

import numpy as np

from keras_recipes.bounds import require_whole
from keras_recipes.data.keyed_order import full_batches, keyed_batches
from keras_recipes.errors import RecipeError


class KeyedBatches:
    """The training batches of `x` and `y`, from any step to any other, at once.

    Each epoch is another permutation, of which a step is a slice; it drops what fills no batch.

    Args:
        x: array of shape `(examples, ...)`.
        y: array of as many targets, of any shape and type.
        batch_size: examples a step.
        seed: of the order, 0 or more.
        augment: function of (x, y, epoch, step), of one batch's tensors and two int64 scalars, to
            (x, y), traced by TensorFlow; what it draws must be a function of them. None changes
            nothing.

    Attributes:
        steps_per_epoch: full batches in an epoch.

    Raises:
        RecipeError: if x and y differ in length, or don't fill a batch.

    Example:

    ```python
    stream = KeyedBatches(x, y, batch_size=128, seed=0)
    model.fit(stream(0, 10 * stream.steps_per_epoch), epochs=10,
              steps_per_epoch=stream.steps_per_epoch, shuffle=False)
    ```
    """

    def __init__(self, x, y, *, batch_size=32, seed=0, augment=None):
        try:
            self.batch_size = require_whole("batch_size", batch_size, at_least=1)
            self.seed = require_whole("seed", seed, at_least=0)
            self._x, self._y = np.asarray(x), np.asarray(y)
            if len(self._x) != len(self._y):
                raise RecipeError(
                    "y", f"must have as many rows as x, {len(self._x)}; got {len(self._y)}",
                    "Give the targets of x.",
                )  # fmt: skip
            self.steps_per_epoch = full_batches(len(self._x), batch_size)
        except RecipeError as error:
            raise error.within("KeyedBatches") from None
        self._augment = augment

    def __call__(self, first_step: int, last_step: int):
        """`tf.data.Dataset` of the (x, y) of steps `first_step` to `last_step - 1`, from 0."""
        import tensorflow as tf

        arrays = self._x, self._y
        types = [tf.as_dtype(each.dtype) for each in arrays]

        def read(rows):
            return [each[rows] for each in arrays]

        def make(rows, epoch, step):
            read_rows = tf.numpy_function(read, [rows], types, stateful=False)
            x, y = (
                tf.ensure_shape(each, (self.batch_size, *array.shape[1:]))
                for each, array in zip(read_rows, arrays, strict=True)
            )
            return self._augment(x, y, epoch, step) if self._augment else (x, y)

        return keyed_batches(
            make, count=len(self._x), seed=self.seed, batch_size=self.batch_size,
            first_step=first_step, last_step=last_step,
        )  # fmt: skip
