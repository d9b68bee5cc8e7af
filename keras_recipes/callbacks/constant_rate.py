"""A constant rate after a warm-up."""

from keras_recipes.callbacks.schedule_over_fit import ScheduleOverFit
from keras_recipes.schedules import constant


class ConstantRate(ScheduleOverFit):
    """The same rate throughout, after a linear warm-up.

    `keras_recipes.schedules.constant` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=30, callbacks=[ConstantRate(0.1, warmup_epochs=2)])
    ```
    """

    def __init__(self, peak, *, warmup_epochs=0):
        super().__init__(peak, warmup_epochs)

    def rates(self, steps, warmup_steps, steps_per_epoch):
        return constant(
            self.peak,
            steps,
            warmup_steps=warmup_steps,
        )
