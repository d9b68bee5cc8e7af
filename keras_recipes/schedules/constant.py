"""A constant rate."""

from keras_recipes.schedules.table import tabulated
from keras_recipes.schedules.warmup import with_warmup


@tabulated
def constant(peak, steps, *, warmup_steps=0):
    """The same rate throughout, after a linear warm-up.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> constant(1.0, 4, warmup_steps=2)
    array([0.5, 1. , 1. , 1. ], dtype=float32)
    """
    return with_warmup.rates(lambda step: 1.0, peak, steps, warmup_steps)
