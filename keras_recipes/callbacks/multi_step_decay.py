"""Step decay at given points of a fit."""

from keras_recipes.callbacks.schedule_over_fit import ScheduleOverFit
from keras_recipes.schedules import multi_step_decay


class MultiStepDecay(ScheduleOverFit):
    """Multiply the rate by `factor` at given shares of the epochs that fit is given.

    `keras_recipes.schedules.multi_step_decay` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.
    Source: He et al. 2015, arXiv:1512.03385, section 4.2.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.
        at: shares of the run, rising, each in `(0, 1)`, the first after the warm-up.
        factor: what each boundary multiplies the rate by, in `(0, 1)`.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=164, callbacks=[MultiStepDecay(0.1)]  # 0.01 from epoch 82)
    ```
    """

    def __init__(self, peak, *, warmup_epochs=0, at=(0.5, 0.75), factor=0.1):
        self.at = at
        self.factor = factor
        super().__init__(peak, warmup_epochs)

    def rates(self, steps, warmup_steps, steps_per_epoch):
        return multi_step_decay(
            self.peak,
            steps,
            at=self.at,
            factor=self.factor,
            warmup_steps=warmup_steps,
        )
