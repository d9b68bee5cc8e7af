"""Step decay at given points."""

import bisect

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import check_factor, is_number
from keras_recipes.schedules.table import tabulated
from keras_recipes.schedules.warmup import with_warmup


@tabulated
def multi_step_decay(peak, steps, *, at=(0.5, 0.75), factor=0.1, warmup_steps=0):
    """Multiply the rate by `factor` at given shares of the run, after a linear warm-up.

    Step `t` has passed the share `a` when `t / steps >= a`; shares are of the whole run, warm-up
    included, so adding a warm-up moves no boundary.
    Source: He et al. 2015, arXiv:1512.03385, section 4.2, divides by 10 at 32k and 48k of 64k
    iterations: `at=(0.5, 0.75), factor=0.1`.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        at: shares of the run, rising, each in `(0, 1)`, the first after the warm-up.
        factor: what each boundary multiplies the rate by, in `(0, 1)`.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> multi_step_decay(1.0, 8)
    array([1.  , 1.  , 1.  , 1.  , 0.1 , 0.1 , 0.01, 0.01], dtype=float32)
    """
    at = _as_shares(at)
    check_factor(factor)

    def share(step):
        # t / steps >= a, not t >= a * steps: the quotient rounds to the very float that a
        # literal such as 0.7 denotes, the product does not always round to a whole number.
        return float(factor) ** bisect.bisect_right(at, step / steps)

    rates = with_warmup.rates(share, peak, steps, warmup_steps)
    if warmup_steps / steps >= at[0]:
        raise RecipeError(
            "at",
            f"must lie after the warm-up, which takes {warmup_steps} of {steps} steps; got {at}",
            "Shorten the warm-up, or let the first boundary come later.",
        )
    return rates


def _as_shares(at):
    shares = tuple(at) if hasattr(at, "__iter__") else ()
    known = all(is_number(share) and 0.0 < share < 1.0 for share in shares)
    if not shares or not known or list(shares) != sorted(set(shares)):
        raise RecipeError(
            "at",
            f"must hold rising shares of the run, each in (0, 1); got {at!r}",
            "Use (0.5, 0.75) to lower the rate at half and at three quarters of the run.",
        )
    return shares
