"""What the callbacks have in common that stretch a schedule over the whole of a fit."""

from numbers import Real

from keras_recipes.callbacks.learning_rate_table import LearningRateTable
from keras_recipes.errors import RecipeError

_TRIAL_STEPS = 4096
"""Steps of the one epoch that a schedule is tried on when the callback is made."""


class ScheduleOverFit(LearningRateTable):
    """A schedule over the epochs and steps that fit is given, with nothing to count.

    The end of the run is fit's `epochs`, also when it continues from an `initial_epoch`.
    Subclasses set their own arguments, call `__init__` last, and define `rates`.

    Args:
        peak: highest rate, above 0; replaces the optimiser's own.
        warmup_epochs: length of the linear warm-up, 0 or more, shorter than the run; fractions
            of an epoch are rounded to whole steps.

    Raises:
        RecipeError: if an argument is outside its range, and as in `LearningRateTable`.
    """

    def __init__(self, peak, warmup_epochs=0):
        self.peak = peak
        self.warmup_epochs = warmup_epochs
        try:
            _check_warmup_epochs(warmup_epochs)
            # It shows mistakes now rather than when fit begins.
            super().__init__(self.rates(_TRIAL_STEPS, 0, _TRIAL_STEPS))
        except RecipeError as error:
            raise error.within(type(self).__name__) from None

    def rates(self, steps, warmup_steps, steps_per_epoch):
        """The table of a run of `steps` steps, shape `(steps,)`."""
        raise NotImplementedError(f"{type(self).__name__} must define rates()")

    def make_table(self, epochs, steps):
        try:
            return self.rates(epochs * steps, self._warmup_steps(epochs, steps), steps)
        except RecipeError as error:
            raise error.within(type(self).__name__) from None

    def _warmup_steps(self, epochs, steps):
        """Steps of the warm-up: the one place where callbacks convert them."""
        count = round(self.warmup_epochs * steps)
        if count >= epochs * steps:
            raise RecipeError(
                "warmup_epochs",
                f"must be shorter than the run of {epochs} epochs; got {self.warmup_epochs!r}",
                "Shorten the warm-up, or train for longer.",
            )
        return count


def _check_warmup_epochs(warmup_epochs):
    is_number = isinstance(warmup_epochs, Real) and not isinstance(warmup_epochs, bool)
    if not is_number or not 0 <= warmup_epochs < float("inf"):
        raise RecipeError(
            "warmup_epochs",
            f"must be a number of epochs, 0 or more; got {warmup_epochs!r}",
            "Use 5, 0.5 for half an epoch, or 0 for no warm-up.",
        )
