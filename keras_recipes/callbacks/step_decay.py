"""Step decay every so many epochs of a fit."""

import math
from numbers import Real

from keras_recipes.callbacks.schedule_over_fit import ScheduleOverFit
from keras_recipes.errors import RecipeError
from keras_recipes.schedules import step_decay


class StepDecay(ScheduleOverFit):
    """Multiply the rate by `factor` every so many epochs.

    `keras_recipes.schedules.step_decay` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.
        every_epochs: epochs from one boundary to the next, above 0, shorter than the run and not
            within the warm-up; fractions of an epoch are rounded to whole steps.
        factor: what each boundary multiplies the rate by, in `(0, 1)`.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=90, callbacks=[StepDecay(0.1, every_epochs=30)])
    ```
    """

    def __init__(self, peak, *, warmup_epochs=0, every_epochs, factor=0.1):
        is_number = isinstance(every_epochs, Real) and not isinstance(every_epochs, bool)
        if not is_number or not 0 < every_epochs < math.inf:
            raise RecipeError(
                "StepDecay.every_epochs",
                f"must be a number of epochs above 0; got {every_epochs!r}",
                "Use 30, or 0.5 for half an epoch.",
            )
        self.every_epochs = every_epochs
        self.factor = factor
        super().__init__(peak, warmup_epochs)

    def rates(self, steps, warmup_steps, steps_per_epoch):
        return step_decay(
            self.peak,
            steps,
            every_steps=max(1, round(self.every_epochs * steps_per_epoch)),
            factor=self.factor,
            warmup_steps=warmup_steps,
        )

    def make_table(self, epochs, steps):
        if self.every_epochs >= epochs:
            raise RecipeError(
                "StepDecay.every_epochs",
                f"must be shorter than the run of {epochs} epochs; got {self.every_epochs!r}",
                "The rate would never fall: step more often, or train for longer.",
            )
        if self.every_epochs < self.warmup_epochs:
            raise RecipeError(
                "StepDecay.every_epochs",
                f"must not end within the warm-up of {self.warmup_epochs!r} epochs; got "
                f"{self.every_epochs!r}",
                "Shorten the warm-up, or step less often.",
            )
        return super().make_table(epochs, steps)
