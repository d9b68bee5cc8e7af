"""A loss that is no number any more: noticed in the step in which it happens."""

import math

import keras
import numpy as np

from keras_recipes.model_state import state_variables


class LossNotFinite(Exception):
    """Training can't go on from here.

    Args:
        value: of the loss, or None where a weight is no number.
        epoch: in which, counted from 0.
        step: in which, counted from 0, or None at the end of the epoch.
    """

    def __init__(self, value, epoch: int, step: int | None):
        at = "at the end of" if step is None else "in"
        self.where = "weights" if value is None else "loss"
        self.what = f"became {'nan' if value is None else value} {at} epoch {epoch + 1}" + (
            "" if step is None else f", step {step + 1}"
        )
        super().__init__(f"{self.where} {self.what}")
        self.epoch, self.step = epoch, step


class FiniteLoss(keras.callbacks.Callback):
    """Raise `LossNotFinite` after the step in which the loss is not finite.

    It comes before whatever keeps or logs what an epoch came to.

    Args:
        weights: whether everything that training changes must be finite too as an epoch ends: a
            last update can spoil it unseen.
    """

    def __init__(self, *, weights: bool = False):
        super().__init__()
        self._weights = weights

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._require(logs, batch)

    def on_epoch_end(self, epoch, logs=None):
        self._require(logs, None)
        if self._weights and not all(map(_is_finite, state_variables(self.model))):
            raise LossNotFinite(None, epoch, None)

    def _require(self, logs, step):
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise LossNotFinite(loss, self._epoch, step)


def _is_finite(variable):
    value = keras.ops.convert_to_numpy(variable)
    return value.dtype.kind not in "fV" or bool(np.isfinite(value.astype(np.float32)).all())
