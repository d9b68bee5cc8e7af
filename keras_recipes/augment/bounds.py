"""Arguments of layers, checked when the layer is made."""

import math
import numbers

from keras_recipes.errors import RecipeError


def require_number(place, value, at_least, at_most):
    """Raise `RecipeError` unless `value` is a finite number in `[at_least, at_most]`.

    Args:
        place: the argument, as the error names it: `"RandAugment.magnitude"`.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not at_least <= value <= at_most:
        wanted = f"in [{at_least}, {at_most}]"
        if at_most == math.inf:
            wanted = f"of at least {at_least}"
        raise RecipeError(
            place, f"must be a number {wanted}; got {value!r}", "Leave it out for the default."
        )


def require_whole(place, value, at_least):
    """Raise `RecipeError` unless `value` is a whole number of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < at_least:
        raise RecipeError(
            place,
            f"must be a whole number of at least {at_least}; got {value!r}",
            "Leave it out for the default.",
        )
