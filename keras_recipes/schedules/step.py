"""Step decay at regular intervals."""

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import check_factor, is_whole
from keras_recipes.schedules.table import tabulated
from keras_recipes.schedules.warmup import with_warmup


@tabulated
def step_decay(peak, steps, *, every_steps, factor=0.1, warmup_steps=0):
    """Multiply the rate by `factor` every so many steps, after a linear warm-up.

    Step `t` uses `peak * factor ** (t // every_steps)`; steps are counted from the beginning of
    the run, warm-up included, so adding a warm-up moves no boundary.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        every_steps: steps from one boundary to the next, at least 1 and not within the warm-up.
        factor: what each boundary multiplies the rate by, in `(0, 1)`.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> step_decay(1.0, 6, every_steps=2, factor=0.5)
    array([1.  , 1.  , 0.5 , 0.5 , 0.25, 0.25], dtype=float32)
    """
    check_factor(factor)
    if not is_whole(every_steps) or every_steps < 1:
        raise RecipeError(
            "every_steps",
            f"must be a whole number of at least 1; got {every_steps!r}",
            "Use 30 * steps per epoch, for example.",
        )
    rates = with_warmup.rates(
        lambda step: float(factor) ** (step // every_steps), peak, steps, warmup_steps
    )
    if every_steps < warmup_steps:
        raise RecipeError(
            "every_steps",
            f"must not end within the warm-up of {warmup_steps} steps; got {every_steps}",
            "Shorten the warm-up, or step less often.",
        )
    return rates
