"""Polynomial decay."""

import math

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import is_number
from keras_recipes.schedules.curve import curve_rates
from keras_recipes.schedules.table import tabulated


@tabulated
def polynomial_decay(peak, steps, *, power=2.0, warmup_steps=0, final_fraction=0.0):
    """A power of what is left of the run, from the peak towards the final rate, after a warm-up.

    Step `t` after the warm-up uses
    `peak * (final_fraction + (1 - final_fraction) * (1 - p) ** power)` with
    `p = (t - warmup_steps) / (steps - warmup_steps)`: the peak first, a step short of the final
    rate last. A power of 1 is the straight line, above 1 it falls early, below 1 late.
    Source: the "poly" policy of You et al. 2017, arXiv:1708.03888 (power 2), and of Chen et al.
    2017, arXiv:1606.00915 (power 0.9).

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        power: exponent, above 0.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.
        final_fraction: share of the peak that the decay runs towards, in `[0, 1]`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> polynomial_decay(1.0, 4)
    array([1.    , 0.5625, 0.25  , 0.0625], dtype=float32)
    """
    if not is_number(power) or not 0.0 < power < math.inf:
        raise RecipeError(
            "power",
            f"must be a number above 0; got {power!r}",
            "Use 1 for a straight line, 2 to fall faster at first.",
        )
    return curve_rates(
        lambda progress: (1.0 - progress) ** float(power),
        peak,
        steps,
        warmup_steps=warmup_steps,
        final_fraction=final_fraction,
    )
