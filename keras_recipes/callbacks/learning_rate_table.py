"""Sets the learning rate of every training step from a table."""

import keras

from keras_recipes.callbacks.settable_rate import current_rate, require_settable_rate
from keras_recipes.errors import RecipeError
from keras_recipes.schedules import as_table


class LearningRateTable(keras.callbacks.Callback):
    """Use `table[epoch * steps + batch]` as the learning rate of each training step.

    The step is counted from fit's own epoch, so that `initial_epoch` continues where it should;
    steps past the end of the table use its last entry. At the end of each epoch the rate of its
    last step is written to the logs as `learning_rate`.

    The same table in the optimiser (`TableSchedule`) trains the same weights to the bit, and
    costs nothing a step where this costs about 0.1 ms. Two cases set them apart, because the
    optimiser counts its updates and this counts batches: a `LossScaleOptimizer` that skips an
    update on overflow, and `gradient_accumulation_steps`.

    Subclasses override `make_table` to compute the table from fit's own epochs and steps, as
    `CosineDecay` and the like do.

    Args:
        table: rates, one a step, shape `(steps,)`.

    Raises:
        RecipeError: if the table is none; when training begins, if the optimiser has a schedule
            of its own, the number of steps in an epoch is unknown, or `steps_per_execution` is
            above 1.

    Example:

    ```python
    model.fit(x, y, epochs=2, callbacks=[LearningRateTable(linear_decay(0.1, steps=200))])
    ```
    """

    def __init__(self, table):
        super().__init__()
        self.table = as_table(table, f"{type(self).__name__}.table")

    def make_table(self, epochs, steps):
        """The table of a run of `epochs` epochs of `steps` steps each."""
        return self.table

    def on_train_begin(self, logs=None):
        require_settable_rate(self.model.optimizer, type(self).__name__)
        if self.model.steps_per_execution > 1:
            raise RecipeError(
                "compile.steps_per_execution",
                f"must be 1 with {type(self).__name__}, which would be called for one step in "
                f"{self.model.steps_per_execution}; got {self.model.steps_per_execution}",
                "Give the optimizer keras_recipes.schedules.TableSchedule(table) instead.",
            )
        self._steps = self.params.get("steps")
        if not self._steps:
            raise RecipeError(
                "fit.steps_per_epoch",
                f"must be known to {type(self).__name__}; the training data tells no length",
                "Pass steps_per_epoch to model.fit.",
            )
        self._epoch = 0
        self.table = self.make_table(self.params["epochs"], self._steps)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        step = min(self._epoch * self._steps + batch, len(self.table) - 1)
        # By way of self.model each time: on JAX that access is what attaches the optimiser's
        # variables in the middle of an epoch; a kept reference would set a rate nobody reads.
        self.model.optimizer.learning_rate = self.table[step]

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = current_rate(self.model.optimizer)
