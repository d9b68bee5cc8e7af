"""Step decay."""

from numbers import Real

import numpy as np

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.warmup import with_warmup


def step_decay(peak, steps, *, at=(0.5, 0.75), factor=0.1, warmup_steps=0):
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

    >>> step_decay(1.0, 8)
    array([1.  , 1.  , 1.  , 1.  , 0.1 , 0.1 , 0.01, 0.01], dtype=float32)
    """
    at = _as_shares(at)
    if not _is_share(factor):
        raise RecipeError(
            "factor",
            f"must be in (0, 1); got {factor!r}",
            "Use 0.1 to divide the rate by 10 at each boundary.",
        )

    def share(step):
        if warmup_steps / steps >= at[0]:
            raise RecipeError(
                "at",
                f"must lie after the warm-up, which takes {warmup_steps} of {steps} steps; "
                f"got {at}",
                "Shorten the warm-up, or let the first boundary come later.",
            )
        # t / steps >= a, not t >= a * steps: the quotient rounds to the very float that a
        # literal such as 0.7 denotes, the product does not always round to a whole number.
        passed = np.searchsorted(at, step / steps, side="right")
        return float(factor) ** passed

    return with_warmup(share, peak, steps, warmup_steps)


def _is_share(value):
    return isinstance(value, Real) and 0.0 < value < 1.0


def _as_shares(at):
    shares = tuple(at) if isinstance(at, (tuple, list, np.ndarray)) else ()
    rising = all(low < high for low, high in zip(shares, shares[1:], strict=False))
    if not shares or not all(_is_share(share) for share in shares) or not rising:
        raise RecipeError(
            "at",
            f"must hold rising shares of the run, each in (0, 1); got {at!r}",
            "Use (0.5, 0.75) to lower the rate at half and at three quarters of the run.",
        )
    return shares
