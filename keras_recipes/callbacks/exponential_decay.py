"""Exponential decay over the whole of a fit."""

from keras_recipes.callbacks.schedule_over_fit import ScheduleOverFit
from keras_recipes.schedules import exponential_decay


class ExponentialDecay(ScheduleOverFit):
    """The same factor at every step, after a linear warm-up.

    `keras_recipes.schedules.exponential_decay` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.
        final_fraction: share of the peak that the decay runs towards, in `(0, 1)`.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=30, callbacks=[ExponentialDecay(0.1, final_fraction=0.01)])
    ```
    """

    def __init__(self, peak, *, warmup_epochs=0, final_fraction=0.01):
        self.final_fraction = final_fraction
        super().__init__(peak, warmup_epochs)

    def rates(self, steps, warmup_steps, steps_per_epoch):
        return exponential_decay(
            self.peak,
            steps,
            final_fraction=self.final_fraction,
            warmup_steps=warmup_steps,
        )
