"""Where larger batches stop paying."""

from keras_recipes.bounds import require_number
from keras_recipes.errors import RecipeError

KNEE_SHARE = 0.1
"""Share of the best pace that a smaller batch may be slower by and still be the knee."""


def find_knee(paces, share: float = KNEE_SHARE) -> int:
    """The smallest batch size whose pace is within `share` of the best.

    A rule and not a law: the pace rises with the size until the device is busy throughout, and a
    smaller batch costs less memory and trains with more updates.

    Args:
        paces: dict of batch sizes to images a second, above 0.
        share: in [0, 1); 0 gives the fastest size, the smallest of several.

    Raises:
        RecipeError: if there is no pace, one is not above 0, or `share` is outside its range.

    Example:
        ```python
        find_knee({32: 400.0, 64: 610.0, 128: 690.0, 256: 700.0})  # 128
        ```
    """
    require_number("find_knee.share", share, at_least=0, below=1)
    if not paces:
        raise RecipeError("find_knee.paces", "is empty", "Measure at least one batch size.")
    for size, pace in paces.items():
        require_number(f"find_knee.paces[{size}]", pace, above=0)
    best = max(paces.values())
    return min(size for size, pace in paces.items() if pace >= (1 - share) * best)
