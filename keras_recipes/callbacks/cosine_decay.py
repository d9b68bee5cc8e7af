"""Cosine decay over the whole of a fit."""

from keras_recipes.callbacks.learning_rate_table import (
    LearningRateTable,
    check_warmup_epochs,
    warmup_steps,
)
from keras_recipes.errors import RecipeError
from keras_recipes.schedules import cosine_decay


class CosineDecay(LearningRateTable):
    """Cosine decay, after a linear warm-up, over the epochs and steps that fit is given.

    `keras_recipes.schedules.cosine_decay` with nothing to count: the end of the run is fit's
    `epochs`, also when it continues from an `initial_epoch`.
    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without restarts.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.
        final_fraction: share of the peak that the decay runs towards, in `[0, 1]`.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.

    Example:

    ```python
    model.fit(x, y, epochs=30, callbacks=[CosineDecay(0.1, warmup_epochs=2)])
    ```
    """

    def __init__(self, peak, *, warmup_epochs=0, final_fraction=0.0):
        self.peak = peak
        self.warmup_epochs = warmup_epochs
        self.final_fraction = final_fraction
        try:
            check_warmup_epochs(warmup_epochs)
            # A table of one step: it shows mistakes now rather than when fit begins.
            super().__init__(cosine_decay(peak, 1, final_fraction=final_fraction))
        except RecipeError as error:
            raise error.within("CosineDecay") from None

    def make_table(self, epochs, steps):
        try:
            return cosine_decay(
                self.peak,
                epochs * steps,
                warmup_steps=warmup_steps(self.warmup_epochs, epochs, steps),
                final_fraction=self.final_fraction,
            )
        except RecipeError as error:
            raise error.within("CosineDecay") from None
