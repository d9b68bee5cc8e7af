"""Class ids, one-hot and soft labels, told apart by their shape."""

from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.losses.soft_labels import soft_labels


def are_class_ids(labels, predictions, where):
    """Whether labels are class ids rather than rows of class probabilities.

    Args:
        labels: tensor of shape `(batch,)` or `(batch, 1)`: ids; `(batch, classes)`: rows.
        predictions: tensor of shape `(batch, classes)`, two classes at least.
        where: the metric, for the error.

    Raises:
        RecipeError: if labels or predictions have another shape.
    """
    shape, predicted = tuple(labels.shape), tuple(predictions.shape)
    if len(predicted) != 2 or predicted[1] == 1:
        raise RecipeError(
            f"{where}.y_pred",
            f"must have the shape (batch, classes), two classes at least; got {predicted}",
            "Use keras.metrics.BinaryAccuracy or BinaryCrossentropy for a model with one output.",
        )
    if len(shape) == 1 or (len(shape) == 2 and shape[1] == 1):
        return True
    if len(shape) == 2 and (None in (shape[1], predicted[1]) or shape[1] == predicted[1]):
        return False
    raise RecipeError(
        f"{where}.y_true",
        f"must have the shape (batch,), (batch, 1) or (batch, {predicted[1]}); got {shape}",
        "Give one class id, or one row of class probabilities, for each example.",
    )


def class_ids(labels, predictions, where):
    """The labelled class of each example: of soft labels the largest, the first if several are.

    Args:
        labels: tensor in any form that `are_class_ids` knows.
        predictions: tensor of shape `(batch, classes)`.
        where: the metric, for the error.

    Returns:
        int32 tensor, shape `(batch,)`.

    Raises:
        RecipeError: if labels or predictions have another shape.
    """
    if are_class_ids(labels, predictions, where):
        ids = ops.reshape(labels, (-1,))
    else:
        ids = ops.argmax(labels, axis=-1)
    # int32: a half-precision number can't tell ids above 256 apart.
    return ops.cast(ids, "int32")


def class_rows(labels, predictions, where):
    """The class probabilities that each label states: one-hot for an id.

    Args:
        labels: tensor in any form that `are_class_ids` knows.
        predictions: tensor of shape `(batch, classes)`.
        where: the metric, for the error.

    Returns:
        float32 tensor, shape `(batch, classes)`; NaN for an id that is no class (0.5 is none
        either), since a row of zeros would count as a perfect prediction.

    Raises:
        RecipeError: if labels or predictions have another shape.
    """
    if not are_class_ids(labels, predictions, where):
        return ops.cast(labels, "float32")
    return soft_labels(labels, predictions.shape[-1])


def check_from_logits(from_logits, where):
    """Raise RecipeError unless `from_logits` is True or False."""
    if not isinstance(from_logits, bool):
        raise RecipeError(
            f"{where}.from_logits",
            f"must be True or False; got {from_logits!r}",
            "Use True for a model without a softmax at its end.",
        )


def class_shares(predictions, from_logits):
    """Predicted probabilities, float32, shape `(batch, classes)`."""
    predictions = ops.cast(predictions, "float32")
    return ops.softmax(predictions, axis=-1) if from_logits else predictions
