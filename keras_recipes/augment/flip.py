"""Random mirroring."""

from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.errors import RecipeError

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")


def random_flip(mode="horizontal"):
    """Mirror each image with probability one half. Not for digits, letters or road signs.

    Args:
        mode: `"horizontal"` (left to right), `"vertical"` (upside down) or
            `"horizontal_and_vertical"` (each by a throw of its own).

    Returns:
        `keras_cv.layers.RandomFlip`.

    Raises:
        RecipeError: if `mode` is another.

    Example:
        ```python
        flip = random_flip()
        dataset = dataset.map(lambda images, labels: (flip(images), labels))
        ```
    """
    if mode not in _MODES:
        raise RecipeError(
            "random_flip.mode",
            f"must be one of {', '.join(_MODES)}; got {mode!r}",
            'Use "horizontal" for photographs.',
        )
    import keras_cv

    with float32_policy():
        return keras_cv.layers.RandomFlip(mode=mode, rate=0.5)
