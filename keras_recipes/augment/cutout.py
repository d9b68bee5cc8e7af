"""Cutout: a square of every image covered."""

import numbers

from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.errors import RecipeError


def random_cutout(size, image_shape, fill=128):
    """Cover one square of `size` pixels in each image.

    Its centre is any pixel of the image, all alike, and what lies outside the image is cut off:
    the hole of a square centred at the border is smaller. Every image gets one. Of an even size,
    half lies before the centre pixel and half begins with it.
    Source: DeVries & Taylor 2017, arXiv:1708.04552, who cover a centred square of images that
    were normalised, with 0: their mean colour. Mid-grey stands for it here.

    Args:
        size: side of the square in pixels, from 1 to the image's shorter side.
        image_shape: `(height, width, channels)` of the images.
        fill: value of the covered pixels, 0 to 255.

    Returns:
        `keras_cv.layers.RandomCutout`.

    Raises:
        RecipeError: at an argument out of its range.

    Example:
        ```python
        cutout = random_cutout(size=8, image_shape=(32, 32, 3))
        dataset = dataset.map(lambda images, labels: (cutout(images), labels))
        ```
    """
    height, width = image_shape[:2]
    if isinstance(size, bool) or not isinstance(size, numbers.Integral) or size < 1:
        raise RecipeError(
            "random_cutout.size",
            f"must be a whole number of pixels, at least 1; got {size!r}",
            f"Use {max(1, min(height, width) // 4)}, a quarter of the side.",
        )
    if size > min(height, width):
        raise RecipeError(
            "random_cutout.size",
            f"must fit the image of {height} by {width}; got {size}",
            f"Use {max(1, min(height, width) // 4)}, a quarter of the side.",
        )
    if isinstance(fill, bool) or not isinstance(fill, numbers.Real) or not 0 <= fill <= 255:
        raise RecipeError(
            "random_cutout.fill",
            f"must be a number in [0, 255]; got {fill!r}",
            "Use 128, mid-grey.",
        )
    import keras_cv

    # KerasCV rounds factor * side up. Of size / side that is a pixel too many where the product,
    # in float32, comes out above size (7 of 13, 15 of 19); half a pixel less is safe.
    height_factor, width_factor = (size - 0.5) / height, (size - 0.5) / width
    with float32_policy():
        return keras_cv.layers.RandomCutout(
            height_factor=(height_factor, height_factor),
            width_factor=(width_factor, width_factor),
            fill_mode="constant",
            fill_value=float(fill),
        )
