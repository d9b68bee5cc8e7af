"""Cosine decay with warm restarts over the whole of a fit."""

from keras_recipes.callbacks.schedule_over_fit import ScheduleOverFit
from keras_recipes.schedules import cosine_restarts


class CosineDecayRestarts(ScheduleOverFit):
    """Cosine decay several times over, after a linear warm-up; the last ends with the fit.

    `keras_recipes.schedules.cosine_restarts` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.
    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.
        cycles: how many there are, at least 1.
        cycle_growth: length of a cycle over that of the one before, in `[1, 100]`.
        peak_factor: where a cycle starts over where the one before started, in `(0, 1]`.
        final_fraction: share of its own start that a cycle runs towards, in `[0, 1]`.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=70, callbacks=[CosineDecayRestarts(0.1)]  # cycles of 10, 20, 40)
    ```
    """

    def __init__(
        self,
        peak,
        *,
        warmup_epochs=0,
        cycles=3,
        cycle_growth=2.0,
        peak_factor=1.0,
        final_fraction=0.0,
    ):
        self.cycles = cycles
        self.cycle_growth = cycle_growth
        self.peak_factor = peak_factor
        self.final_fraction = final_fraction
        super().__init__(peak, warmup_epochs)

    def rates(self, steps, warmup_steps, steps_per_epoch):
        return cosine_restarts(
            self.peak,
            steps,
            cycles=self.cycles,
            cycle_growth=self.cycle_growth,
            peak_factor=self.peak_factor,
            final_fraction=self.final_fraction,
            warmup_steps=warmup_steps,
        )
