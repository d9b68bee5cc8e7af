"""What the networks ask of their arguments, each refused with the same words."""

from keras_recipes.errors import RecipeError, did_you_mean


def require_choice(place: str, value, choices):
    """Raise `RecipeError` unless `value` is one of `choices`."""
    if value not in choices:
        raise RecipeError(
            place, f"must be one of {', '.join(map(repr, choices))}; got {value!r}",
            did_you_mean(value, choices),
        )  # fmt: skip


def require_rate(place: str, value):
    """Raise `RecipeError` unless `value`, the share that is dropped, is in [0, 1)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise RecipeError(place, f"must be in [0, 1); got {value!r}", "Use 0 to drop nothing.")


def require_count(place: str, value, at_least=1):
    """Raise `RecipeError` unless `value` is a whole number of `at_least` or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise RecipeError(
            place, f"must be a whole number, at least {at_least}; got {value!r}",
            f"Use {at_least} or more.",
        )  # fmt: skip


def require_sides(place: str, input_shape, at_least: int):
    """Raise `RecipeError` unless an image of `input_shape` can be halved as often as it will be.

    Args:
        input_shape: `(height, width, channels)`.
        at_least: pixels that the shorter side needs.
    """
    if min(input_shape[:2]) < at_least:
        raise RecipeError(
            place, f"must be at least {at_least} by {at_least}; got {tuple(input_shape)}",
            "Enlarge the images.",
        )  # fmt: skip
