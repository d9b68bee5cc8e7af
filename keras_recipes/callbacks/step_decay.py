"""Step decay over the whole of a fit."""

from keras_recipes.callbacks.learning_rate_table import (
    LearningRateTable,
    check_warmup_epochs,
    warmup_steps,
)
from keras_recipes.errors import RecipeError
from keras_recipes.schedules import step_decay


class StepDecay(LearningRateTable):
    """Multiply the rate by `factor` at given shares of the epochs that fit is given.

    `keras_recipes.schedules.step_decay` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.
    Source: He et al. 2015, arXiv:1512.03385, section 4.2.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        at: shares of the run, rising, each in `(0, 1)`, the first after the warm-up.
        factor: what each boundary multiplies the rate by, in `(0, 1)`.
        warmup_epochs: length of the linear warm-up, 0 or more; fractions of an epoch are rounded
            to whole steps.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=164, callbacks=[StepDecay(0.1)])  # 0.01 from epoch 82, 0.001 from 123
    ```
    """

    def __init__(self, peak, *, at=(0.5, 0.75), factor=0.1, warmup_epochs=0):
        self.peak = peak
        self.at = at
        self.factor = factor
        self.warmup_epochs = warmup_epochs
        try:
            check_warmup_epochs(warmup_epochs)
            # A table of one step: it shows mistakes now rather than when fit begins.
            super().__init__(step_decay(peak, 1, at=at, factor=factor))
        except RecipeError as error:
            raise error.within("StepDecay") from None

    def make_table(self, epochs, steps):
        try:
            return step_decay(
                self.peak,
                epochs * steps,
                at=self.at,
                factor=self.factor,
                warmup_steps=warmup_steps(self.warmup_epochs, epochs, steps),
            )
        except RecipeError as error:
            raise error.within("StepDecay") from None
