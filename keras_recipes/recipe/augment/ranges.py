"""Pairs of a smallest and a largest value."""

from keras_recipes.errors import RecipeError


def check_pair(value, name):
    """Raise `RecipeError` if a part's field `name` begins with the larger number."""
    low, high = getattr(value, name)
    if low > high:
        raise RecipeError(
            f"augment.{type(value).__name__}.{name}",
            f"must be (smallest, largest); got {(low, high)!r}",
            f"Write {(high, low)!r}.",
        )
