"""Cosine decay."""

import math

from keras_recipes.schedules.curve import curve_rates
from keras_recipes.schedules.table import tabulated


@tabulated
def cosine_decay(peak, steps, *, warmup_steps=0, final_fraction=0.0):
    """Half a cosine from the peak towards the final rate, after a linear warm-up.

    Step `t` after the warm-up uses
    `peak * (final_fraction + (1 - final_fraction) * (1 + cos(pi * p)) / 2)` with
    `p = (t - warmup_steps) / (steps - warmup_steps)`: the peak first, a step short of the final
    rate last.
    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without restarts.

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

    >>> cosine_decay(1.0, 4)
    array([1.        , 0.8535534 , 0.5       , 0.14644662], dtype=float32)
    """
    return curve_rates(
        half_cosine, peak, steps, warmup_steps=warmup_steps, final_fraction=final_fraction
    )


def half_cosine(progress):
    """`(1 + cos(pi * progress)) / 2`: 1 at 0, 0 at 1."""
    return (1.0 + math.cos(math.pi * progress)) / 2.0
