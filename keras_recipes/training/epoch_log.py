"""One record an epoch: what was measured, how fast, at which rate."""

import time

import keras

from keras_recipes.training.rate_in_use import rate_in_use

_ORDER = (
    "loss", "accuracy", "nll", "val_loss", "val_accuracy", "val_nll", "pretext_accuracy",
    "val_probe_accuracy",
)  # fmt: skip


class EpochLog(keras.callbacks.Callback):
    """Hand a record of each epoch to `write`.

    Args:
        write: function of a dict: `epoch` (counted from 1 over all phases), `phase`, the metrics,
            `learning_rate` (of the last step), `images_per_second` (training alone), `seconds`
            (with validation).
        phase: name of the phase.
        rates: learning rate of each step of the phase; None where no schedule sets it.
        first_epoch: epochs that came before the phase.
        steps: steps an epoch.
        batch_size: images a step.
    """

    def __init__(self, write, *, phase, rates, first_epoch, steps, batch_size):
        super().__init__()
        self._write = write
        self._phase = phase
        self._rates = rates
        self._first_epoch = first_epoch
        self._steps = steps
        self._batch_size = batch_size

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.perf_counter()
        self._trained, self._count = None, 0

    def on_train_batch_end(self, batch, logs=None):
        self._count += 1  # of a resumed epoch those that are left

    def on_test_begin(self, logs=None):
        self._trained = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        now = time.perf_counter()
        training_seconds = (self._trained or now) - self._began
        last_step = (epoch - self._first_epoch + 1) * self._steps - 1
        record = {
            "epoch": epoch + 1,
            "phase": self._phase,
            **{name: logs[name] for name in _ORDER if name in logs},
            "learning_rate": rate_in_use(self.model, self._rates, last_step),
            "images_per_second": self._count * self._batch_size / training_seconds,
            "seconds": now - self._began,
        }
        self._write(record)
