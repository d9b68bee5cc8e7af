"""Linear decay."""

from keras_recipes.schedules.curve import curve_rates
from keras_recipes.schedules.table import tabulated


@tabulated
def linear_decay(peak, steps, *, warmup_steps=0, final_fraction=0.0):
    """A straight line from the peak towards the final rate, after a linear warm-up.

    Step `t` after the warm-up uses `peak * (final_fraction + (1 - final_fraction) * (1 - p))`
    with `p = (t - warmup_steps) / (steps - warmup_steps)`: the peak first, a step short of the
    final rate last.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.
        final_fraction: share of the peak that the decay runs towards, in `[0, 1]`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> linear_decay(1.0, 6, warmup_steps=2)
    array([0.5 , 1.  , 1.  , 0.75, 0.5 , 0.25], dtype=float32)
    """
    return curve_rates(
        lambda progress: 1.0 - progress,
        peak,
        steps,
        warmup_steps=warmup_steps,
        final_fraction=final_fraction,
    )
