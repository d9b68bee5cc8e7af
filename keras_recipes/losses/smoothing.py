"""Label smoothing as a function of the labels alone."""

from numbers import Real

from keras_recipes.errors import RecipeError
from keras_recipes.losses.soft_labels import soft_labels


def smooth_labels(labels, num_classes, smoothing):
    """Mix labels with the uniform distribution.

    `(1 - smoothing) * labels + smoothing / num_classes`, with ids made one-hot first. Rows that
    mix classes (MixUp, CutMix) are smoothed by the same formula: it is linear and the shares of
    a mix sum to 1, so smoothing before mixing and after it are the same, and once is enough.
    Source: Szegedy et al. 2015, arXiv:1512.00567, section 7.

    Args:
        labels: class ids, shape `(batch,)` or `(batch, 1)`, in `[0, num_classes)`; or one-hot or
            soft labels, shape `(batch, num_classes)`.
        num_classes: number of classes, at least 2.
        smoothing: strength in `[0, 1)`; 0 returns plain one-hot (or the given soft) labels.

    Returns:
        float32 tensor, shape `(batch, num_classes)`; rows sum to 1 where those of soft labels do.
        An id that is no class (-1, `num_classes`, 0.5) gives a row of NaN.

    Raises:
        RecipeError: if `smoothing` is outside `[0, 1)`, `num_classes` is below 2, or the labels
            have another shape.

    Example:

    >>> smooth_labels([1], num_classes=4, smoothing=0.2)  # [[0.05, 0.85, 0.05, 0.05]]
    """
    check_smoothing(smoothing, "smoothing")
    return (1.0 - smoothing) * soft_labels(labels, num_classes) + smoothing / num_classes


def check_smoothing(smoothing, where):
    """Raise RecipeError at `where` unless `smoothing` is a number in `[0, 1)`."""
    is_number = isinstance(smoothing, Real) and not isinstance(smoothing, bool)
    if not is_number or not 0.0 <= smoothing < 1.0:
        raise RecipeError(
            where,
            f"must be in [0, 1); got {smoothing!r}",
            "Use 0.1, or 0 to turn smoothing off.",
        )
