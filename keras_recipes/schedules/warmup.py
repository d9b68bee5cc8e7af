"""Linear warm-up, the beginning of every table."""

import math

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import is_number, is_whole
from keras_recipes.schedules.table import tabulated


@tabulated
def with_warmup(decay, peak, steps, warmup_steps=0):
    """The table of a whole run: a linear warm-up, then `decay`.

    Step `t` of the warm-up uses `peak * (t + 1) / warmup_steps`: the first step is not wasted on
    a rate of 0, and the last already uses the peak.
    Source: Goyal et al. 2017, arXiv:1706.02677, section 2.2 (gradual warm-up).

    Args:
        decay: function from a step in `[warmup_steps, steps)`, counted from the beginning of the
            run, to the share of the peak that it uses. It is called after the other arguments
            have been checked.
        peak: highest rate, above 0.
        steps: number of steps of the run, at least 1.
        warmup_steps: number of steps of the warm-up, in `[0, steps)`.

    Returns:
        float32 array, shape `(steps,)`: evaluated in float64, rounded once.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> with_warmup(lambda step: 1.0, peak=0.4, steps=6, warmup_steps=4)
    array([0.1, 0.2, 0.3, 0.4, 0.4, 0.4], dtype=float32)
    """
    if not is_number(peak) or not 0.0 < peak < math.inf:
        raise RecipeError(
            "peak", f"must be a number above 0; got {peak!r}", "Use 0.1, for example."
        )
    if not is_whole(steps) or steps < 1:
        raise RecipeError(
            "steps",
            f"must be a whole number of at least 1; got {steps!r}",
            "Use epochs * steps per epoch.",
        )
    if not is_whole(warmup_steps) or not 0 <= warmup_steps < steps:
        raise RecipeError(
            "warmup_steps",
            f"must be a whole number from 0 to {steps - 1}, the run having {steps} steps; "
            f"got {warmup_steps!r}",
            "Shorten the warm-up, or train for longer.",
        )
    peak = float(peak)
    rising = [peak * ((step + 1) / warmup_steps) for step in range(warmup_steps)]
    return rising + [peak * decay(step) for step in range(warmup_steps, steps)]
