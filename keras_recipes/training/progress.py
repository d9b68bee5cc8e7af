"""How far a run has come, and the callback that saves it."""

import time
from dataclasses import asdict, dataclass, field

import keras

from keras_recipes.training.callback_states import (
    get_arrays,
    get_states,
    set_arrays,
    set_states,
)
from keras_recipes.training.checkpoint import Checkpoints, as_arrays
from keras_recipes.training.checkpoint_times import EPOCH_SECONDS, MOST_OF_THE_TIME
from keras_recipes.training.weights_hash import weights_hash


@dataclass
class Progress:
    """How far a run has come, as its checkpoint holds it."""

    epochs: int = 0
    """Finished epochs, over all phases."""
    step: int = 0
    """Steps of the next epoch that are done; all of them where it ended in the validation."""
    phase: int = 0
    """Index of the phase to go on with."""
    phase_began: int = 0
    """Epochs that were finished when it began."""
    best: dict | None = None
    """State of `BestCheckpoint`."""
    begun: bool = False
    """Whether the checkpoint is of that phase, not of the end of the one before."""
    stopped: bool = False
    """Whether the phase ended early."""
    rate: dict | None = None
    """State of the callback by which the rate follows the training, or None."""
    callbacks: dict | None = None
    """State of the user's own callbacks, by their place."""
    best_file: str | None = None
    """`weights_hash` of the best model, with which the next phase begins, once this one is over."""
    rate_share: float = 1.0
    """Share of the phase's learning rates that is left after it went back."""
    setting: dict | None = None
    """What a training of one's own must find again."""
    rewinds: list = field(default_factory=list)
    """Each time that it went back, as `run.json` tells it."""

    def begin_phase(self, index: int, *, forget: bool):
        """Go on with phase `index` after the epochs that are finished.

        Args:
            forget: whether what is best so far can't be compared with what comes.
        """
        self.phase, self.phase_began, self.stopped, self.begun = index, self.epochs, False, False
        self.best = None if forget else self.best
        self.rate_share = 1.0

    def is_over(self, phase) -> bool:
        """Whether nothing is left of `phase`, the one to go on with."""
        return self.stopped or self.epochs >= self.phase_began + phase.epochs


class StateKeeper(keras.callbacks.Callback):
    """Saves the run's state at the end of an epoch and at times within, and puts it back.

    It comes last but for what ends the training after a step, so that every other callback has
    begun (and forgotten) before it restores.

    Args:
        checkpoints: where to.
        progress: of the run; moved on.
        best: the run's `BestCheckpoint`, or None.
        following: callbacks that set the rate; the last has a state.
        others: the user's own callbacks.
        fitted: the model whose metrics an epoch fills.
        batch: function to arguments of its `compute_metrics`, any of the kind that it is given.
        steps: an epoch.
        last_epoch: the one after the phase's last.
        seconds: between checkpoints within an epoch.
        every_epoch: whether to save at the end of each, however soon after the last time.
        at_begin: whether to save before the first step of the run.
        asked: function that says whether training is to end after this step.
    """

    def __init__(self, checkpoints: Checkpoints, progress: Progress, *, best, following, others,
                 fitted, batch, steps: int, last_epoch: int, seconds: float, every_epoch: bool,
                 at_begin: bool, asked):  # fmt: skip
        super().__init__()
        self._checkpoints, self._progress, self._best = checkpoints, progress, best
        self._rate = following[-1] if following else None
        self._others, self._fitted, self._steps = list(others), fitted, steps
        self._last_epoch, self._seconds, self._asked = last_epoch, seconds, asked
        self._at_begin, self._batch = at_begin, batch
        self._every_epoch, self._resumed, self._took = every_epoch, None, 0.0

    def on_train_begin(self, logs=None):
        progress = self._progress
        self._saved = time.monotonic()
        self._epochs = progress.epochs
        if progress.begun:
            self._resumed = self._checkpoints.load()
            self._resumed.restore_state(self.model)
            if self._best is not None:
                self._best.set_state(progress.best)
            if self._rate is not None:
                self._rate.set_state(progress.rate)
            set_states(self._others, progress.callbacks or {})
            set_arrays(self._others, self._resumed.arrays)
            return
        if progress.best is not None:  # a later phase must beat what there is, afresh
            self._best.set_state({**progress.best, "wait": 0, "stopped_epoch": None})
        progress.begun = True
        # A later phase begins with the best model so far, which it may come to overwrite.
        if progress.phase or self._at_begin:
            self._save(0)

    def on_epoch_begin(self, epoch, logs=None):
        if self._resumed is not None and self._progress.step:
            self._resumed.restore_metrics(self._fitted, self._batch())
        self._resumed = None

    def on_test_begin(self, logs=None):
        self._trained = self._metrics()  # validation is about to overwrite them

    def on_test_batch_end(self, batch, logs=None):
        # A callback that stops the training within an epoch has it end with its validation.
        if self._asked() and not self.model.stop_training:
            self._save(self._steps, self._trained)

    def on_train_batch_end(self, batch, logs=None):
        done = batch + 1
        due = time.monotonic() - self._saved >= self._seconds
        if done < self._steps and (due or self._asked()):
            self._save(done, self._metrics())

    def on_epoch_end(self, epoch, logs=None):
        self._epochs = epoch + 1
        stops = bool(self.model.stop_training)  # by patience, or a callback of one's own
        apart = max(EPOCH_SECONDS, self._took / MOST_OF_THE_TIME)
        due = self._every_epoch or time.monotonic() - self._saved >= apart
        if stops or due or self._epochs == self._last_epoch or self._asked():
            self._progress.stopped = stops
            if self._best is not None and (stops or self._epochs == self._last_epoch):
                self._progress.best_file = weights_hash(self._best.filepath)
            self._save(0)
        else:
            self._move_on(0)

    def _move_on(self, step):
        progress = self._progress
        progress.epochs, progress.step = self._epochs, step
        progress.best = None if self._best is None else self._best.get_state()
        progress.rate = None if self._rate is None else self._rate.get_state()
        progress.callbacks = get_states(self._others)

    def _metrics(self):
        return as_arrays("m", self._fitted.metrics_variables)

    def _save(self, step, metrics=None):
        began = time.monotonic()
        self._move_on(step)
        progress = self._progress
        self._checkpoints.save(
            progress.phase, progress.epochs * self._steps + step, asdict(progress), self.model,
            metrics=metrics, others=get_arrays(self._others),
        )  # fmt: skip
        self._saved = time.monotonic()
        self._took = self._saved - began
