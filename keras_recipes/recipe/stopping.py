"""Which epoch's weights are kept, and when training ends early: the values behind `stopping=`."""

from typing import Literal

from keras_recipes.recipe.part import bounded, part


@part
class Stopping:
    """Keep the best epoch's weights on disk, and stop when no better one comes."""

    monitor: Literal["val_accuracy", "val_nll"] = "val_accuracy"
    """Validation accuracy, or negative log-likelihood without smoothing."""
    patience: int | None = bounded(None, at_least=1)
    """Epochs without improvement after which training stops; None trains to the end."""
    min_delta: float = bounded(0.0, at_least=0)
    """What counts as an improvement must be more than this."""
    start_from_epoch: int = bounded(0, at_least=0)
    """Epochs of a phase before this one, counted from 0, are neither kept nor counted."""

    def build(self, filepath, first_epoch=0):
        """Args: `filepath` of the best model; `first_epoch`, where the phase begins in the run."""
        from keras_recipes.callbacks import BestCheckpoint

        return BestCheckpoint(
            filepath,
            monitor=self.monitor,
            mode="max" if self.monitor == "val_accuracy" else "min",
            patience=self.patience,
            min_delta=self.min_delta,
            start_from_epoch=first_epoch + self.start_from_epoch,
        )
