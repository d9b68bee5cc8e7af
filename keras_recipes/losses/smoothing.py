"""Label smoothing as a function of the labels alone."""

from numbers import Integral, Real

from keras import ops

from keras_recipes.errors import RecipeError


def smooth_labels(labels, num_classes, smoothing):
    """Mix labels with the uniform distribution.

    `(1 - smoothing) * labels + smoothing / num_classes`, with ids made one-hot first. Rows that
    mix two classes (MixUp, CutMix) are smoothed by the same formula.
    Source: Szegedy et al. 2015, arXiv:1512.00567, section 7.

    Args:
        labels: class ids, shape `(batch,)` or `(batch, 1)`, in `[0, num_classes)`; or one-hot or
            soft labels, shape `(batch, num_classes)`.
        num_classes: number of classes, at least 2.
        smoothing: strength in `[0, 1)`; 0 returns plain one-hot (or the given soft) labels.

    Returns:
        float32 tensor, shape `(batch, num_classes)`; rows sum to 1 where those of soft labels do.
        An id that is no class (-1, `num_classes`, 0.5) gives a row of NaN, so that the loss shows
        the mistake: compiled code can't raise, and a row of zeros would train on nothing unseen.

    Raises:
        RecipeError: if `smoothing` is outside `[0, 1)`, `num_classes` is below 2, or the labels
            have another shape.

    Example:

    >>> smooth_labels([1], num_classes=4, smoothing=0.2)  # [[0.05, 0.85, 0.05, 0.05]]
    """
    check_smoothing(smoothing, "smoothing")
    if not isinstance(num_classes, Integral) or num_classes < 2:
        raise RecipeError(
            "num_classes",
            f"must be a whole number of at least 2; got {num_classes!r}",
            "Use keras.losses.BinaryCrossentropy for a model with one output.",
        )
    labels = ops.convert_to_tensor(labels)
    shape = tuple(labels.shape)
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        targets = _one_hot(ops.reshape(labels, (-1,)), num_classes)
    elif len(shape) == 2 and shape[1] in (num_classes, None):
        # The reshape makes labels of unknown width fail loudly where they would broadcast.
        targets = ops.reshape(ops.cast(labels, "float32"), (-1, num_classes))
    else:
        raise RecipeError(
            "labels",
            f"must have the shape (batch,), (batch, 1) or (batch, {num_classes}); got {shape}",
            "Give one class id, or one row of class probabilities, for each example.",
        )
    return (1.0 - smoothing) * targets + smoothing / num_classes


def check_smoothing(smoothing, where):
    """Raise RecipeError at `where` unless `smoothing` is a number in `[0, 1)`."""
    is_number = isinstance(smoothing, Real) and not isinstance(smoothing, bool)
    if not is_number or not 0.0 <= smoothing < 1.0:
        raise RecipeError(
            where,
            f"must be in [0, 1); got {smoothing!r}",
            "Use 0.1, or 0 to turn smoothing off.",
        )


def _one_hot(labels, num_classes):
    ids = ops.cast(labels, "int32")
    is_class = ops.logical_and(ids >= 0, ids < num_classes)
    # Keras hands labels to a loss as float32, so that a label of 0.5 would pass for class 0.
    is_whole = ops.equal(ops.cast(ids, "float32"), ops.cast(labels, "float32"))
    valid = ops.expand_dims(ops.logical_and(is_class, is_whole), -1)
    return ops.where(valid, ops.one_hot(ids, num_classes, dtype="float32"), float("nan"))
