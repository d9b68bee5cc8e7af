"""The 1cycle policy."""

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import is_number
from keras_recipes.schedules.cosine import half_cosine
from keras_recipes.schedules.table import tabulated
from keras_recipes.schedules.warmup import with_warmup


@tabulated
def one_cycle(peak, steps, *, rise=0.3, start_fraction=0.04, final_fraction=4e-6):
    """Up to the peak by half a cosine, then down far below the start by another.

    Step `t` has made the progress `p = t / steps`. While `p < rise` the rate rises from
    `peak * start_fraction`, and reaches the peak at `p = rise`; then it falls towards
    `peak * final_fraction`, and ends a step short of it. The rise is the warm-up.
    Source: Smith & Topin 2017, arXiv:1708.07120; with half cosines and the defaults of PyTorch's
    `OneCycleLR` (`pct_start=0.3, div_factor=25, final_div_factor=1e4`), which arrives at the peak
    and at the final rate one step earlier. The policy's inverse cycle of the momentum is left out:
    momentum is a Python float in Keras's optimizers, which a compiled step reads only once.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run.
        rise: share of the run in which the rate rises, in `(0, 1)`.
        start_fraction: share of the peak that the first step uses, in `(0, 1)`.
        final_fraction: share of the peak that the fall runs towards, in `[0, 1)`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> one_cycle(1.0, 8, rise=0.5)
    array([0.04      , 0.18058875, 0.52      , 0.85941124, 1.        ,
           0.85355395, 0.500002  , 0.14645003], dtype=float32)
    """
    if not is_number(rise) or not 0.0 < rise < 1.0:
        raise RecipeError(
            "rise",
            f"must be in (0, 1); got {rise!r}",
            "It is a share of the run: use 0.3.",
        )
    if not is_number(start_fraction) or not 0.0 < start_fraction < 1.0:
        raise RecipeError(
            "start_fraction",
            f"must be in (0, 1); got {start_fraction!r}",
            "It is a share of the peak: use 0.04 to start at a 25th of it.",
        )
    if not is_number(final_fraction) or not 0.0 <= final_fraction < 1.0:
        raise RecipeError(
            "final_fraction",
            f"must be in [0, 1); got {final_fraction!r}",
            "It is a share of the peak: use 4e-6, or 0.",
        )

    def share(step):
        progress = step / steps
        if progress < rise:
            return start_fraction + (1.0 - start_fraction) * half_cosine(1.0 - progress / rise)
        fall = half_cosine((progress - rise) / (1.0 - rise))
        return final_fraction + (1.0 - final_fraction) * fall

    return with_warmup.rates(share, peak, steps)
