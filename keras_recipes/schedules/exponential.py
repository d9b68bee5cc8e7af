"""Exponential decay."""

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import is_number
from keras_recipes.schedules.table import tabulated
from keras_recipes.schedules.warmup import with_warmup


@tabulated
def exponential_decay(peak, steps, *, final_fraction=0.01, warmup_steps=0):
    """The same factor at every step, from the peak towards the final rate, after a warm-up.

    Step `t` after the warm-up uses `peak * final_fraction ** p` with
    `p = (t - warmup_steps) / (steps - warmup_steps)`: the peak first, a step short of the final
    rate last. It is stated by where it ends, so that a longer run decays more slowly: a factor
    `f` an epoch over `n` epochs is `final_fraction=f**n`.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        final_fraction: share of the peak that the decay runs towards, in `(0, 1)`.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> exponential_decay(1.0, 4, final_fraction=0.0625)
    array([1.   , 0.5  , 0.25 , 0.125], dtype=float32)
    """
    if not is_number(final_fraction) or not 0.0 < final_fraction < 1.0:
        raise RecipeError(
            "final_fraction",
            f"must be in (0, 1); got {final_fraction!r}",
            "It is a share of the peak, which no factor brings to 0: use 0.01, or 0.001.",
        )
    return with_warmup.rates(
        lambda step: float(final_fraction) ** ((step - warmup_steps) / (steps - warmup_steps)),
        peak,
        steps,
        warmup_steps,
    )
