"""Schedules that follow the training: what the rate will be, nobody knows when it begins."""

import math
from typing import Literal

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.part import bounded, part


@part
class Plateau:
    """The full rate, multiplied by a factor whenever progress stalls. Source: He et al. 2015, 3.4.

    `keras_recipes.callbacks.PlateauLR` says more.
    """

    monitor: Literal["val_nll", "val_accuracy", "val_loss", "nll", "accuracy", "loss"] = "val_nll"
    """What stalls."""
    factor: float = bounded(0.1, above=0, below=1)
    """What the rate is multiplied by."""
    patience: int = bounded(5, at_least=1)
    """Epochs in a row without improvement after which it is."""
    min_delta: float = bounded(1e-4, at_least=0)
    """What counts as an improvement must be more than this, in units of what is monitored."""
    cooldown: int = bounded(0, at_least=0)
    """Epochs after a cut that don't count."""
    min_fraction: float = bounded(0.0, at_least=0, below=1)
    """Share of the full rate that it never falls below."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`. An epoch of which a part is of the warm-up doesn't count."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import constant

        return constant.rates(peak, steps, warmup_steps=warmup_steps)

    def callback(self, peak, first_epoch):
        """Args: `peak`, the full rate; `first_epoch`, where the phase begins in the run."""
        from keras_recipes.callbacks import PlateauLR

        return PlateauLR(
            self.monitor,
            mode="max" if self.monitor.endswith("accuracy") else "min",
            factor=self.factor,
            patience=self.patience,
            min_delta=self.min_delta,
            cooldown=self.cooldown,
            min_lr=self.min_fraction * peak,
            start_from_epoch=first_epoch + math.ceil(self.warmup_epochs),
        )


@part
class RateSearch:
    """The rate that suits the training at the time, looked for every few epochs by trials.

    Multiples of the rate are each tried on the batches that come next and judged on the validation
    set; the run goes on from where it was with the best. `keras_recipes.tuning.LRSearch` says more.
    """

    every_epochs: int | None = bounded(5, at_least=1)
    """Epochs from one search to the next; None searches at a stall alone."""
    patience: int | None = bounded(None, at_least=1)
    """Epochs in a row without improvement that are a stall, at which it also searches."""
    multiples: tuple[float, ...] = bounded((1 / 3, 1.0, 3.0), above=0)
    """What is tried, times the rate; 1 always is."""
    trial_steps: int = bounded(30, at_least=1)
    """Batches that each is trained on."""
    monitor: Literal["val_nll", "val_accuracy", "val_loss"] = "val_nll"
    """What decides, and what stalls."""
    min_delta: float = bounded(0.0, at_least=0)
    """What is better must be better by more than this, in units of what is monitored."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`. Epochs are counted from the first that is whole after it."""

    def check(self):
        if self.every_epochs is None and self.patience is None:
            raise RecipeError(
                "schedule.every_epochs", "and patience are both None, so there would be no search",
                "Give one of them.",
            )  # fmt: skip
        if set(self.multiples) <= {1.0}:
            raise RecipeError(
                "schedule.multiples", f"must hold another than 1; got {self.multiples}",
                "Write, for example, multiples=(0.5, 1.0, 2.0).",
            )  # fmt: skip

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import constant

        return constant.rates(peak, steps, warmup_steps=warmup_steps)

    def callback(self, train, validation, first_epoch, after_batch=None):
        """Args: `first_epoch`, as in `Plateau`; the others as in `LRSearch`."""
        from keras_recipes.tuning import LRSearch

        return LRSearch(
            train,
            validation,
            every_epochs=self.every_epochs,
            patience=self.patience,
            multiples=self.multiples,
            trial_steps=self.trial_steps,
            monitor=self.monitor,
            mode="max" if self.monitor.endswith("accuracy") else "min",
            min_delta=self.min_delta,
            start_from_epoch=first_epoch + math.ceil(self.warmup_epochs),
            after_batch=after_batch,
        )
