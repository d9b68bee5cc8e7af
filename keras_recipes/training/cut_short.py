"""A run cut short: the steps of a phase are timed until there are enough, then it ends."""

import time

import keras

WARM_STEPS = 2
"""Steps at the beginning of a phase that are not timed: they are traced and compiled."""
LEAST_SECONDS = 0.5
"""An epoch of quick steps goes on for as long, but not beyond `MOST_STEPS`."""
MOST_STEPS = 100
ENOUGH_SECONDS = 20.0
"""Where epochs are of a few steps a phase goes on until there are enough, but for no longer."""


class CutShort(keras.callbacks.Callback):
    """A display of `training.fit` that shows nothing, times steps and ends each phase early.

    A second epoch begins with what the first has left in memory: two are the least.

    Args:
        steps: an epoch ends after as many timed steps, once they have taken half a second.
        epochs: of each phase; more where they are too short for `steps` timed steps in all.
        timed_phase: name of the phase whose steps are kept.

    Attributes:
        seconds: of each timed step of that phase, waiting for its batch included; none where the
            phase is of one step.
    """

    def __init__(self, steps: int, epochs: int, timed_phase: str):
        super().__init__()
        self._steps, self._least_epochs, self._timed_phase = steps, epochs, timed_phase
        self.seconds = []

    def begin_phase(self, name, *_):
        """Start counting; the rest of what a display is told does not matter here."""
        self._phase, self._epochs, self._warm, self._timed = name, 0, [], []

    def end_epoch(self, record):
        """Show nothing."""

    def on_epoch_begin(self, epoch, logs=None):
        self._before = len(self._timed)

    def on_train_batch_begin(self, batch, logs=None):
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        seconds = time.perf_counter() - self._began
        if len(self._warm) < WARM_STEPS:
            self._warm.append(seconds)
            return
        self._timed.append(seconds)
        epoch = self._timed[self._before :]
        enough = len(epoch) >= self._steps and sum(epoch) >= LEAST_SECONDS
        if enough or len(epoch) >= MOST_STEPS:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self._epochs += 1
        enough = len(self._timed) >= self._steps
        enough |= len(self._timed) >= 2 and sum(self._timed) >= ENOUGH_SECONDS
        self.model.stop_training = self._epochs >= self._least_epochs and enough

    def on_train_end(self, logs=None):
        if self._phase == self._timed_phase:
            # A phase may be of two steps, of which the second is not compiled, or of one, which is.
            self.seconds = self._timed or self._warm[1:]
