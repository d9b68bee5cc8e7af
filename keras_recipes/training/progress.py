"""How far a run has come, and the callback that saves it after each epoch."""

from dataclasses import asdict, dataclass

import keras

from keras_recipes.training.checkpoint import restore_checkpoint, save_checkpoint


@dataclass
class Progress:
    """How far a run has come, as its checkpoint holds it."""

    epochs: int = 0
    """Finished epochs, over all phases."""
    phase: int = 0
    """Index of the phase to go on with."""
    phase_began: int = 0
    """Epochs that were finished when it began."""
    best: dict | None = None
    """State of `BestCheckpoint` at the end of the last finished epoch."""
    stopped: bool = False
    """Whether the phase ended early."""
    rate: dict | None = None
    """State at the same time of the callback by which the rate follows the training, or None."""

    def begin_phase(self, index: int, *, forget: bool):
        """Go on with phase `index` after the epochs that are finished.

        Args:
            forget: whether what is best so far can't be compared with what comes.
        """
        self.phase, self.phase_began, self.stopped = index, self.epochs, False
        self.best = None if forget else self.best

    def is_over(self, phase) -> bool:
        """Whether nothing is left of `phase`, the one to go on with."""
        return self.stopped or self.epochs >= self.phase_began + phase.epochs


class StateKeeper(keras.callbacks.Callback):
    """Saves the run's state after each epoch, and puts it back when training goes on.

    It comes last, so that every other callback has begun (and forgotten) before it restores.
    """

    def __init__(self, path, best, progress, following):
        super().__init__()
        self._path = path
        self._best = best
        self._progress = progress
        self._rate = following[-1] if following else None

    def on_train_begin(self, logs=None):
        progress = self._progress
        if progress.epochs > progress.phase_began:
            restore_checkpoint(self._path, self.model)
            self._best.set_state(progress.best)
            if self._rate is not None:
                self._rate.set_state(progress.rate)
        elif progress.best is not None:  # a later phase must beat what there is, afresh
            self._best.set_state({**progress.best, "wait": 0, "stopped_epoch": None})

    def on_epoch_end(self, epoch, logs=None):
        progress = self._progress
        progress.epochs = epoch + 1
        progress.best = self._best.get_state()
        progress.rate = None if self._rate is None else self._rate.get_state()
        progress.stopped = bool(self.model.stop_training)  # by patience, or a callback of one's own
        save_checkpoint(self._path, self.model, asdict(progress))
