"""Keeps the best model, and stops when it no longer gets better."""

import contextlib
import math
from numbers import Integral, Real

import keras

from keras_recipes.callbacks.callback_state import require_state
from keras_recipes.callbacks.model_file import ModelFile
from keras_recipes.callbacks.monitored_value import (
    is_improvement,
    is_reported,
    read_value,
    resolve_mode,
)
from keras_recipes.errors import RecipeError

_STATE = ("best", "best_epoch", "wait", "stopped_epoch")


class BestCheckpoint(keras.callbacks.Callback):
    """Save the best model, stop without progress, end with the best weights: one callback.

    Whenever the monitored value improves by more than `min_delta`, the model as it is at that
    epoch's end is saved: with `use_ema=True` the raw weights, which is also what validation saw,
    not their average (list `keras.callbacks.SwapEMAWeights(swap_on_epoch=True)` before this to
    save the average). NaN and infinity never are an improvement, from the first epoch on, and
    count towards `patience`. Epochs that don't report the value (`validation_freq`) are passed
    over, once one has.

    The file is written beside its place and renamed, so it is never half there. A `.keras` file
    is uncompiled: `keras.models.load_model` needs nothing of this package. (A Sequential model
    is saved as the Functional model that it is underneath.) A file that an earlier run left there
    stays until the first improvement of this one.

    Ctrl-C and errors leave `fit` without a word to its callbacks. The file holds the best model
    all the same; used in a `with` statement, the callback puts its weights in the model then too.
    An `EarlyStopping(restore_best_weights=True)` listed after this one would overwrite them with
    its own: leave it out.

    Args:
        filepath: where to save; ends in `.keras` (the whole model, Functional or Sequential) or
            `.weights.h5` (weights only, any model; a subclassed model's optimiser comes along).
            Missing folders are made.
        monitor: a name in the logs, such as `"val_loss"` or `"val_accuracy"`.
        mode: `"min"`, `"max"`, or None to go by the name where it leaves no doubt.
        patience: stop after this many epochs in a row without improvement, at least 1; None
            never stops.
        min_delta: an improvement must be larger than this, 0 or more.
        start_from_epoch: epochs before this one (counted from 0) are neither saved nor counted
            towards `patience`.
        restore_best: put the best weights in the model when training ends, also after the
            averaging of `use_ema`. Keeps a copy of them in memory; should the file be gone by
            then, it is written again.
        baseline: as in `EarlyStopping`: until a value beats this by more than `min_delta`, even
            improvements count towards `patience`. The best is saved all the same.
        initial_value_threshold: as in `ModelCheckpoint`: a value that does not beat this by more
            than `min_delta` is neither saved nor restored, such as that of the model in the file.

    Attributes:
        best: best value so far, or None.
        best_epoch: its epoch, counted from 0, or None.
        stopped_epoch: epoch at which patience ran out, or None.

    Raises:
        RecipeError: if an argument is outside its range, the name leaves its direction in doubt,
            nothing reports the monitored value, or the model can't be saved in this format.

    Example:

    ```python
    best = BestCheckpoint("run/best.keras", "val_accuracy", patience=5)
    model.fit(x, y, validation_data=(x_val, y_val), epochs=100, callbacks=[best])
    print(best.best, best.best_epoch)  # the model now holds the weights of that epoch

    with BestCheckpoint("run/best.keras", "val_accuracy") as best:  # also after Ctrl-C
        model.fit(x, y, validation_data=(x_val, y_val), epochs=100, callbacks=[best])
    ```
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        *,
        mode=None,
        patience=None,
        min_delta=0.0,
        start_from_epoch=0,
        restore_best=True,
        baseline=None,
        initial_value_threshold=None,
    ):
        super().__init__()
        with _named():
            self._file = ModelFile(filepath)
            self.mode = resolve_mode(mode, monitor)
        self.filepath = self._file.path
        self.monitor = monitor
        if patience is not None:
            _check(
                _is_whole(patience) and patience >= 1,
                "patience",
                f"must be a whole number of at least 1, or None; got {patience!r}",
                "Use 1 to stop at the first epoch without improvement, None never to stop.",
            )
        _check(
            _is_number(min_delta) and 0 <= min_delta < math.inf,
            "min_delta",
            f"must be a number, 0 or more; got {min_delta!r}",
            "It is a size: the mode says which way is better.",
        )
        _check(
            _is_whole(start_from_epoch) and start_from_epoch >= 0,
            "start_from_epoch",
            f"must be a whole number, 0 or more; got {start_from_epoch!r}",
            "Epochs count from 0.",
        )
        _check(
            isinstance(restore_best, bool),
            "restore_best",
            f"must be True or False; got {restore_best!r}",
            "Use True to end with the best weights in the model.",
        )
        for name, value in (
            ("baseline", baseline),
            ("initial_value_threshold", initial_value_threshold),
        ):
            _check(
                value is None or (_is_number(value) and math.isfinite(value)),
                name,
                f"must be a finite number or None; got {value!r}",
                "Use a value of what is monitored, or leave it out.",
            )
        _check(
            baseline is None or patience is not None,
            "baseline",
            "must come with a patience, which it is about; there is none",
            "Give patience too, or use initial_value_threshold to keep nothing worse.",
        )
        self.patience = patience
        self.min_delta = min_delta
        self.start_from_epoch = start_from_epoch
        self.restore_best = restore_best
        self.baseline = baseline
        self.initial_value_threshold = initial_value_threshold
        self._reset()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._training:  # an error or Ctrl-C has left fit, and nobody called on_train_end
            self.on_train_end()

    def on_train_begin(self, logs=None):
        self._reset()
        epochs = (self.params or {}).get("epochs")
        _check(
            epochs is None or self.start_from_epoch < epochs,
            "start_from_epoch",
            f"must be below the number of epochs, {epochs}; got {self.start_from_epoch}",
            "Start earlier, or train for longer: nothing would be saved.",
        )
        with _named():
            self._file.prepare(self.model)
        self._training = True

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        with _named():
            early = epoch < self.start_from_epoch
            if not is_reported(self.monitor, logs, before=self._reported, early=early):
                return
            self._reported = True
            if early:
                return
            current = read_value(self.monitor, logs[self.monitor])
        reference = self.initial_value_threshold if self.best is None else self.best
        if self._improves(current, reference):
            self._keep(current, epoch)
            # As EarlyStopping does: it goes on while it improves, however far from the baseline.
            self.wait = 0 if self._improves(current, self.baseline) else self.wait + 1
            return
        self.wait += 1
        if self.patience is not None and self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        self._training = False
        if not self.restore_best or self.best_epoch is None:
            return
        if self._best_weights is not None:
            self.model.set_weights(self._best_weights)
            if not self.filepath.exists():
                with _named():
                    self._file.save(self.model)
        else:  # resumed, and no better since
            self._check_file()
            self._file.restore(self.model)
        self._best_weights = None

    def get_state(self):
        """What a resumed run needs, as JSON can hold it; the best weights stay in the file."""
        return {name: getattr(self, name) for name in _STATE}

    def set_state(self, state):
        """Continue from `get_state()`; call it after `on_train_begin`, which forgets all.

        Raises:
            RecipeError: if `state` has other keys, or tells of a best model whose file is gone.
        """
        require_state("BestCheckpoint", state, _STATE)
        for name in _STATE:
            setattr(self, name, state[name])
        self._reported = self.best_epoch is not None or self.wait > 0
        self._best_weights = None
        if self.best_epoch is not None:
            self._check_file()

    def _reset(self):
        self.best = None
        self.best_epoch = None
        self.stopped_epoch = None
        self.wait = 0
        self._reported = False
        self._training = False
        self._best_weights = None

    def _keep(self, current, epoch):
        weights = self.model.get_weights() if self.restore_best else None
        with _named():
            self._file.save(self.model)
        # Not before: what is remembered is what the file holds.
        self.best, self.best_epoch, self._best_weights = current, epoch, weights

    def _improves(self, current, reference):
        return is_improvement(current, reference, mode=self.mode, min_delta=self.min_delta)

    def _check_file(self):
        _check(
            self.filepath.exists(),
            "filepath",
            f"must still hold the best model, of epoch {self.best_epoch}; "
            f"{str(self.filepath)!r} is not there",
            "Put the file back, or begin the run anew.",
        )


def _check(holds, argument, problem, fix):
    if not holds:
        raise RecipeError(f"BestCheckpoint.{argument}", problem, fix)


@contextlib.contextmanager
def _named():
    """What is wrong is an argument of this callback."""
    try:
        yield
    except RecipeError as error:
        raise error.within("BestCheckpoint") from error.__cause__


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_whole(value):
    return isinstance(value, Integral) and not isinstance(value, bool)
