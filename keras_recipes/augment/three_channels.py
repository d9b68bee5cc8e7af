"""Layers that speak of colours need to know which channel is which."""

from keras_recipes.errors import RecipeError


def require_one_or_three_channels(layer, channels):
    """Raise `RecipeError` unless images are grey or of red, green and blue."""
    if channels not in (1, 3):
        raise RecipeError(
            layer,
            f"takes images of 1 or 3 channels, grey or red, green and blue; got {channels}",
            "Leave it out for such images.",
        )
