"""Whether progress has stalled: epochs counted since what is monitored last improved."""

from keras_recipes.bounds import require_number, require_whole
from keras_recipes.callbacks.monitored_value import (
    is_improvement,
    is_reported,
    read_value,
    resolve_mode,
)


class Stall:
    """Counts, for a callback, the epochs without an improvement of what it monitors.

    NaN and infinity never are an improvement, nor what later values must improve on. Epochs that
    don't report the value (`validation_freq`) are passed over, once one has.

    Args:
        monitor: a name in the logs.
        mode: `"min"`, `"max"`, or None to go by the name.
        patience: epochs in a row without improvement that are a stall, at least 1; None: none is.
        min_delta: an improvement must be larger than this, in units of the value, 0 or more.
        start_from_epoch: epochs before this one, counted from 0, are neither best nor counted.

    Attributes:
        best: best value so far, or None.
        wait: epochs counted since.

    Raises:
        RecipeError: if an argument is outside its range, or the name leaves its direction in doubt.
    """

    def __init__(self, monitor, *, mode, patience, min_delta, start_from_epoch):
        self.mode = resolve_mode(mode, monitor)
        self.monitor = monitor
        self.patience = (
            None if patience is None else require_whole("patience", patience, at_least=1)
        )
        self.min_delta = require_number("min_delta", min_delta, at_least=0)
        self.start_from_epoch = require_whole("start_from_epoch", start_from_epoch, at_least=0)
        self.reset()

    def reset(self):
        """Forget everything: training begins."""
        self.best = None
        self.wait = 0
        self._reported = False

    def has_stalled(self, epoch, logs, *, counts=True) -> bool:
        """Whether the epoch that ends completes a stall, which then begins anew.

        Args:
            epoch: counted from 0.
            logs: its logs.
            counts: whether it adds to the wait if it is no improvement.

        Raises:
            RecipeError: if the logs don't hold the value and none before did.
        """
        early = epoch < self.start_from_epoch
        if not is_reported(self.monitor, logs, before=self._reported, early=early):
            return False
        self._reported = True
        if early:
            return False
        value = read_value(self.monitor, logs[self.monitor])
        if is_improvement(value, self.best, mode=self.mode, min_delta=self.min_delta):
            self.best, self.wait = value, 0
            return False
        self.wait += counts
        if self.patience is None or self.wait < self.patience:
            return False
        self.wait = 0
        return True

    def get_state(self) -> dict:
        """What a resumed run needs, as JSON can hold it."""
        return {"best": self.best, "wait": self.wait, "reported": self._reported}

    def set_state(self, state):
        """Continue from `get_state()`."""
        self.best, self.wait = state["best"], state["wait"]
        self._reported = state["reported"]
