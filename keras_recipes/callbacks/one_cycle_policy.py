"""The 1cycle policy over the whole of a fit."""

from keras_recipes.callbacks.schedule_over_fit import ScheduleOverFit
from keras_recipes.schedules import one_cycle


class OneCyclePolicy(ScheduleOverFit):
    """Up to the peak and down again by half cosines, once over the fit.

    `keras_recipes.schedules.one_cycle` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.
    Source: Smith & Topin 2017, arXiv:1708.07120. Only the rate cycles: a change of SGD's momentum
    would not reach a compiled step.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        rise: share of the run in which the rate rises, in `(0, 1)`: its warm-up.
        start_fraction: share of the peak that the first step uses, in `(0, 1)`.
        final_fraction: share of the peak that the fall runs towards, in `[0, 1)`.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=30, callbacks=[OneCyclePolicy(0.5)])
    ```
    """

    def __init__(self, peak, *, rise=0.3, start_fraction=0.04, final_fraction=4e-6):
        self.rise = rise
        self.start_fraction = start_fraction
        self.final_fraction = final_fraction
        super().__init__(peak)

    def rates(self, steps, warmup_steps, steps_per_epoch):
        return one_cycle(
            self.peak,
            steps,
            rise=self.rise,
            start_fraction=self.start_fraction,
            final_fraction=self.final_fraction,
        )
