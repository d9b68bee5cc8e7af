"""The largest batch size that fits: which size to try next, by doubling and then bisection."""

from keras_recipes.bounds import require_whole
from keras_recipes.errors import RecipeError

MULTIPLE = 8
"""Sizes from here on are multiples of it where the search chooses them: half precision computes
best in such (https://docs.nvidia.com/deeplearning/performance/dl-performance-matrix-multiplication)
and nobody wants a batch of 203."""


def next_batch_size(tried, *, start, most) -> int | None:
    """The size to try after those that were tried; None once the largest that fits is known.

    While all fit, the last is doubled, at most to `most`; while none does, it is halved, at least
    to 1. Then the gap between the largest that fits and the smallest that does not is halved until
    it is no wider than `grain`. Begin with an empty `tried` and enter each size that it gives.

    Args:
        tried: dict of the sizes tried so far: True where one fits.
        start: the first size, at least 1.
        most: the largest size to try, at least 1.

    Raises:
        RecipeError: if `start` or `most` is no whole number above 0, or a size that does not fit
            is smaller than one that does.

    Example:
        ```python
        tried = {}
        while (size := next_batch_size(tried, start=32, most=4096)) is not None:
            tried[size] = fits(size)
        ```
    """
    require_whole("next_batch_size.start", start, at_least=1)
    require_whole("next_batch_size.most", most, at_least=1)
    fits, fails = largest_that_fits(tried), smallest_that_fails(tried)
    if fits is None:
        if fails is None:
            return min(start, most)
        return fails // 2 or None
    if fails is None:
        return None if fits >= most else min(2 * fits, most)
    if fails < fits:
        raise RecipeError(
            "next_batch_size.tried",
            f"says that {fits} fits and {fails} does not",
            "Try the smaller again, with nothing else running.",
        )
    if fails - fits <= grain(fits):
        return None
    middle = (fits + fails) // 2
    if fits < MULTIPLE:
        return middle
    middle = middle // MULTIPLE * MULTIPLE
    return middle if middle > fits else middle + MULTIPLE


def grain(size: int) -> int:
    """How far above `size`, which fits, the search leaves the next that does not.

    An eighth of it; 8 at least, and 1 below a size of 8.
    """
    return 1 if size < MULTIPLE else max(MULTIPLE, size // 8)


def largest_that_fits(tried) -> int | None:
    """The largest size that is True in `tried`; None if none is."""
    return max((size for size, fits in tried.items() if fits), default=None)


def smallest_that_fails(tried) -> int | None:
    """The smallest size that is False in `tried`; None if none is."""
    return min((size for size, fits in tried.items() if not fits), default=None)
