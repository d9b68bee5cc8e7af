"""A batch that does not fit, as several that do and whose gradients make one update."""

from keras_recipes.bounds import require_whole


def divide_batch(wanted: int, largest: int) -> tuple[int, int]:
    """`(batch size, batches an update)` for updates of `wanted` images from batches that fit.

    As few batches as can be; up to twice as many where only then they divide `wanted` evenly. Where
    none does, as few as can be, whose images are then fewer than `wanted` by less than their
    number.

    Args:
        wanted: images an update, at least 1.
        largest: the largest batch size that fits, at least 1.

    Raises:
        RecipeError: if one is no whole number above 0.

    Example:
        ```python
        divide_batch(1024, 360)  # (256, 4): three of 360 would do, but 3 does not divide 1024
        ```
    """
    require_whole("divide_batch.wanted", wanted, at_least=1)
    require_whole("divide_batch.largest", largest, at_least=1)
    fewest = -(-wanted // largest)
    for batches in range(fewest, 2 * fewest + 1):
        if wanted % batches == 0:
            return wanted // batches, batches
    return wanted // fewest, fewest
