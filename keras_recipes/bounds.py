"""Numbers among arguments, checked when a layer or callback is made: the rule in one place."""

import math
import numbers

from keras_recipes.errors import RecipeError

_FIX = "Leave it out for the default."


def require_number(place, value, *, at_least=None, above=None, at_most=None, below=None) -> float:
    """`value` as a float, if it is a finite number within the bounds.

    Args:
        place: the argument, as the error names it: `"RandAugment.magnitude"`.

    Raises:
        RecipeError: if it is none; True and False are no numbers.
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
        within = (
            (at_least is None or value >= at_least)
            and (above is None or value > above)
            and (at_most is None or value <= at_most)
            and (below is None or value < below)
        )
        if within:
            return float(value)
    bounds = {"at least": at_least, "above": above, "at most": at_most, "below": below}
    words = " and ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)
    raise RecipeError(place, f"must be a number{', ' if words else ''}{words}; got {value!r}", _FIX)


def require_whole(place, value, *, at_least) -> int:
    """`value` as an int, if it is a whole number of at least `at_least`.

    Raises:
        RecipeError: if it is none.
    """
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if is_whole and value >= at_least:
        return int(value)
    raise RecipeError(place, f"must be a whole number, at least {at_least}; got {value!r}", _FIX)


def require_range(place, value, **bounds) -> tuple[float, float]:
    """`value` as a pair of floats, smallest first, each within `bounds`, as `require_number` does.

    Raises:
        RecipeError: if it is none.
    """
    if isinstance(value, tuple | list) and len(value) == 2:
        low, high = (require_number(place, each, **bounds) for each in value)
        if low <= high:
            return low, high
    raise RecipeError(
        place, f"must be a pair (smallest, largest); got {value!r}",
        "Give one number twice for a range of one.",
    )  # fmt: skip
