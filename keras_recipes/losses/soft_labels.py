"""Every form of label as a row of class probabilities."""

from numbers import Integral

from keras import ops

from keras_recipes.errors import RecipeError


def are_class_ids(labels, num_classes):
    """Whether labels are class ids rather than rows of class probabilities.

    Args:
        labels: tensor of shape `(batch,)` or `(batch, 1)`: ids; `(batch, num_classes)`: rows.
        num_classes: number of classes, at least 2.

    Raises:
        RecipeError: if `num_classes` is below 2, or the labels have another shape.
    """
    if not isinstance(num_classes, Integral) or num_classes < 2:
        raise RecipeError(
            "num_classes",
            f"must be a whole number of at least 2; got {num_classes!r}",
            "Use keras.losses.BinaryCrossentropy for a model with one output.",
        )
    shape = tuple(labels.shape)
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        return True
    if len(shape) == 2 and shape[1] in (num_classes, None):
        return False
    raise RecipeError(
        "labels",
        f"must have the shape (batch,), (batch, 1) or (batch, {num_classes}); got {shape}",
        "Give one class id, or one row of class probabilities, for each example.",
    )


def checked_class_ids(labels, num_classes):
    """Ids that can be looked up safely, and which of them are classes.

    Args:
        labels: tensor of class ids of any type, shape `(batch,)` or `(batch, 1)`.
        num_classes: number of classes.

    Returns:
        int32 ids, shape `(batch,)`, 0 in place of what is no class (-1, `num_classes`, 0.5), and
        a boolean tensor, shape `(batch,)`, false there.
    """
    labels = ops.reshape(labels, (-1,))
    ids = ops.cast(labels, "int32")
    is_class = ops.logical_and(ids >= 0, ids < num_classes)
    # Keras hands labels to a loss as float32, so that a label of 0.5 would pass for class 0.
    is_whole = ops.equal(ops.cast(ids, "float32"), ops.cast(labels, "float32"))
    is_class = ops.logical_and(is_class, is_whole)
    return ops.where(is_class, ids, 0), is_class


def soft_labels(labels, num_classes):
    """Make ids one-hot, and leave rows of class probabilities as they are.

    Args:
        labels: class ids, shape `(batch,)` or `(batch, 1)`, in `[0, num_classes)`; or one-hot or
            soft labels, shape `(batch, num_classes)`.
        num_classes: number of classes, at least 2.

    Returns:
        float32 tensor, shape `(batch, num_classes)`. An id that is no class (-1, `num_classes`,
        0.5) gives a row of NaN, so that the loss shows the mistake: compiled code can't raise,
        and a row of zeros would train on nothing unseen.

    Raises:
        RecipeError: if `num_classes` is below 2, or the labels have another shape.

    Example:

    >>> soft_labels([1], num_classes=3)  # [[0.0, 1.0, 0.0]]
    """
    labels = ops.convert_to_tensor(labels)
    if are_class_ids(labels, num_classes):
        ids, is_class = checked_class_ids(labels, num_classes)
        one_hot = ops.one_hot(ids, num_classes, dtype="float32")
        return ops.where(ops.expand_dims(is_class, -1), one_hot, float("nan"))
    # The reshape makes labels of unknown width fail loudly where they would broadcast.
    return ops.reshape(ops.cast(labels, "float32"), (-1, num_classes))
