"""What the arguments of several schedules must be."""

from numbers import Integral, Real

from keras_recipes.errors import RecipeError


def is_number(value) -> bool:
    """Whether `value` is a real number, and no bool."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_whole(value) -> bool:
    """Whether `value` is an integer, and no bool."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_final_fraction(final_fraction):
    """Raise `RecipeError` unless it is in `[0, 1]`."""
    if not is_number(final_fraction) or not 0.0 <= final_fraction <= 1.0:
        raise RecipeError(
            "final_fraction",
            f"must be in [0, 1]; got {final_fraction!r}",
            "It is a share of the peak: use 0.01 to end near a hundredth of it, or 0.",
        )


def check_factor(factor):
    """Raise `RecipeError` unless it is in `(0, 1)`."""
    if not is_number(factor) or not 0.0 < factor < 1.0:
        raise RecipeError(
            "factor",
            f"must be in (0, 1); got {factor!r}",
            "Use 0.1 to divide the rate by 10 each time.",
        )
