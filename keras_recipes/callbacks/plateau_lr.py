"""Lowers the learning rate when progress stalls."""

import keras
import numpy as np

from keras_recipes.bounds import require_number, require_whole
from keras_recipes.callbacks.callback_state import require_state
from keras_recipes.callbacks.settable_rate import current_rate, require_settable_rate
from keras_recipes.callbacks.stall import Stall
from keras_recipes.errors import RecipeError


class PlateauLR(keras.callbacks.Callback):
    """Multiply the learning rate by `factor` when the monitored value has stalled.

    As `keras.callbacks.ReduceLROnPlateau`, except that NaN and infinity never are an improvement
    nor the best, so that a first epoch of NaN does not have the rate cut while all goes well; that
    a schedule in the optimizer is refused as training begins and not when the rate is first cut; a
    monitor that nothing reports is an error; and `cooldown` epochs are left out of the count, where
    Keras leaves out one fewer. At the end of each epoch the rate that it was trained with is
    written to the logs as `learning_rate`.

    Source: the rule of He et al. 2015, arXiv:1512.03385, section 3.4 ("divided by 10 when the error
    plateaus").

    Args:
        monitor: a name in the logs, such as `"val_loss"` or `"val_accuracy"`.
        mode: `"min"`, `"max"`, or None to go by the name where it leaves no doubt.
        factor: what a cut multiplies the rate by, in `(0, 1)`.
        patience: cut after this many epochs in a row without improvement, at least 1.
        min_delta: an improvement must be larger than this, 0 or more: a difference in units of the
            monitored value, not a share of it.
        cooldown: epochs after a cut that don't count towards `patience`, 0 or more.
        min_lr: the rate is never cut below this, 0 or more.
        start_from_epoch: epochs before this one (counted from 0) are neither best nor counted
            towards `patience`: those of a warm-up, for example.

    Attributes:
        best: best value so far, or None.
        wait: epochs counted since.

    Raises:
        RecipeError: if an argument is outside its range or the name leaves its direction in doubt;
            as training begins, if the optimizer has a schedule of its own, the rate lies below
            `min_lr`, or fit's epochs are too few for a cut; at the end of the first epoch, if
            nothing reports the monitored value.

    Example:

    ```python
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss="mse")
    model.fit(x, y, validation_data=(x_val, y_val), epochs=100, callbacks=[PlateauLR(patience=3)])
    ```
    """

    def __init__(
        self,
        monitor="val_loss",
        *,
        mode=None,
        factor=0.1,
        patience=5,
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
        start_from_epoch=0,
    ):
        super().__init__()
        try:
            self.factor = require_number("factor", factor, above=0, below=1)
            require_whole("patience", patience, at_least=1)
            self._stall = Stall(
                monitor,
                mode=mode,
                patience=patience,
                min_delta=min_delta,
                start_from_epoch=start_from_epoch,
            )
            self.cooldown = require_whole("cooldown", cooldown, at_least=0)
            self.min_lr = require_number("min_lr", min_lr, at_least=0)
        except RecipeError as error:
            raise error.within("PlateauLR") from None
        self.monitor, self.mode = monitor, self._stall.mode
        self.patience, self.start_from_epoch = patience, start_from_epoch
        self.min_delta = self._stall.min_delta
        self.cooldown_left = 0

    @property
    def best(self):
        return self._stall.best

    @property
    def wait(self):
        return self._stall.wait

    def on_train_begin(self, logs=None):
        self._stall.reset()
        self.cooldown_left = 0
        require_settable_rate(self.model.optimizer, "PlateauLR")
        rate = current_rate(self.model.optimizer)
        if rate < np.float32(self.min_lr):
            raise RecipeError(
                "PlateauLR.min_lr",
                f"must be at most the rate that training begins with, {rate:.4g}; "
                f"got {self.min_lr!r}",
                "Use 0, or a hundredth of that rate.",
            )
        epochs = (self.params or {}).get("epochs")
        # The first epoch that counts is the one to improve on, and a cut after the last none.
        if epochs is not None and self.start_from_epoch + 1 + self.patience >= epochs:
            raise RecipeError(
                "PlateauLR.patience",
                f"and start_from_epoch must add up to less than {epochs - 1}, of {epochs} epochs; "
                f"got {self.patience} and {self.start_from_epoch}",
                "The rate would never be cut: be less patient, or train for longer.",
            )

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        rate = current_rate(self.model.optimizer)
        try:
            stalled = self._stall.has_stalled(epoch, logs, counts=not self.cooldown_left)
        except RecipeError as error:
            raise error.within("PlateauLR") from None
        logs["learning_rate"] = rate
        if self.cooldown_left and self.monitor in logs:
            self.cooldown_left -= 1
        lower = max(rate * self.factor, self.min_lr)
        if stalled and lower < rate:
            # By way of self.model each time: on JAX that access attaches the variables.
            self.model.optimizer.learning_rate = lower
            self.cooldown_left = self.cooldown

    def get_state(self) -> dict:
        """What a resumed run needs beside the optimizer, as JSON can hold it."""
        return {**self._stall.get_state(), "cooldown_left": self.cooldown_left}

    def set_state(self, state):
        """Continue from `get_state()`; call it after `on_train_begin`, which forgets all.

        Raises:
            RecipeError: if `state` has other keys.
        """
        require_state("PlateauLR", state, (*self._stall.get_state(), "cooldown_left"))
        self._stall.set_state(state)
        self.cooldown_left = state["cooldown_left"]
