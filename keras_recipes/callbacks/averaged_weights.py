"""Brings the moving average of the weights to use."""

import keras

from keras_recipes.errors import RecipeError
from keras_recipes.optimizers import find_average


class AveragedWeights(keras.callbacks.Callback):
    """Validate, keep and end with the averaged weights, and train on with the raw ones.

    From the validation of an epoch until the next one begins, the model holds the averages of
    its `keras_recipes.optimizers.MovingAverage`: validation measures them, callbacks save them,
    and when training ends they stay. List it before callbacks that save or restore the model.

    Which weights the model holds is among the optimizer's variables, so that a checkpoint of
    model and optimizer goes on to the same bits whenever it was made.

    Raises:
        RecipeError: when training begins, if the optimizer keeps no average.

    Example:

    ```python
    model.compile(sgd(0.1, model, ema_momentum=0.999), loss="mse")
    model.fit(x, y, validation_data=(x_val, y_val),
              callbacks=[AveragedWeights(), BestCheckpoint("best.keras")])
    ```
    """

    def __init__(self):
        super().__init__()
        self._training = False

    def on_train_begin(self, logs=None):
        if find_average(self.model.optimizer) is None:
            raise RecipeError(
                "AveragedWeights",
                "needs an optimizer that keeps an average; "
                f"got {type(self.model.optimizer).__name__}",
                "Compile with keras_recipes.optimizers.average_weights(optimizer, model, 0.999).",
            )
        self._training = True

    def on_epoch_begin(self, epoch, logs=None):
        self._average().put_back()

    def on_test_begin(self, logs=None):
        if self._training:  # not in a model.evaluate of its own
            self._average().put_average()

    def on_epoch_end(self, epoch, logs=None):
        self._average().put_average()

    def on_train_end(self, logs=None):
        self._average().settle()
        self._training = False

    def _average(self):
        # By way of self.model each time: on JAX that access attaches the variables.
        return find_average(self.model.optimizer)
