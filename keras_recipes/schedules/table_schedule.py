"""A table of learning rates as a Keras schedule."""

import keras
from keras import ops

from keras_recipes.schedules.table import as_table


@keras.saving.register_keras_serializable(package="keras_recipes")
class TableSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """The rate of a step, read from a table.

    A graph that computes a cosine in float32 disagrees with Python in the last bit at 62 % of
    steps (TensorFlow 2.21); a table read in either place is the same to the bit, so that
    `keras_recipes.callbacks.LearningRateTable` trains the same model.

    Args:
        table: rates, one a step, shape `(steps,)`. Steps past its end use the last entry.

    Call arguments:
        step: the optimiser's step count, an integer scalar.

    Returns:
        float32 scalar.

    Raises:
        RecipeError: if the table is empty, not flat, or holds a negative or non-finite rate.

    Example:

    ```python
    rates = cosine_decay(0.1, steps=epochs * steps_per_epoch)
    model.compile(keras.optimizers.SGD(TableSchedule(rates)), loss="mse")
    ```
    """

    def __init__(self, table):
        self.table = as_table(table, "TableSchedule.table")

    def __call__(self, step):
        step = ops.clip(ops.cast(step, "int32"), 0, len(self.table) - 1)
        return ops.take(ops.convert_to_tensor(self.table, dtype="float32"), step)

    def get_config(self):
        # As Python floats: each holds a float32 exactly, and JSON gives it back unchanged.
        return {"table": self.table.tolist()}
