"""The warm-up of a rate that then follows the training."""

import keras


class WarmUp(keras.callbacks.Callback):
    """Set the rate of the first steps of a phase, and leave it alone from then on.

    A table of rates in the optimizer, as other schedules have it, could not be changed later.

    Args:
        rates: rate of each step of the warm-up.
        first_epoch: epochs that came before the phase.
        steps: steps an epoch.
    """

    def __init__(self, rates, *, first_epoch, steps):
        super().__init__()
        self._rates = rates
        self._first_epoch = first_epoch
        self._steps = steps

    def on_epoch_begin(self, epoch, logs=None):
        self._before = (epoch - self._first_epoch) * self._steps

    def on_train_batch_begin(self, batch, logs=None):
        if self._before + batch < len(self._rates):
            self.model.optimizer.learning_rate = self._rates[self._before + batch]
