"""Tells class ids from one-hot or soft labels by their shape."""

from keras_recipes.errors import RecipeError


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
