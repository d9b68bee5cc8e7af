"""Top-k accuracy for class ids and one-hot labels in the same fit."""

from numbers import Integral

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.metrics.class_labels import class_ids


@keras.saving.register_keras_serializable(package="keras_recipes")
class TopKAccuracy(keras.metrics.Mean):
    """Share of examples whose labelled class is among the `k` highest predictions.

    Args:
        k: how many guesses a prediction has; less than the number of classes.
        name: name of the metric; `top_5_accuracy` for `k=5`.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`, of which the largest counts (the first, if several are).
        y_pred: logits or probabilities, shape `(batch, classes)`.
        sample_weight: optional weights, shape `(batch,)`.

    Raises:
        RecipeError: if `k` is not a whole number of at least 1, there are not more than `k`
            classes (it would be 1 whatever is predicted), or a shape is none of the above.

    Example:

    ```python
    model.compile("sgd", loss=SmoothedCrossEntropy(0.1), metrics=[TopKAccuracy(5)])
    ```
    """

    _direction = "up"  # what keras.callbacks.EarlyStopping(mode="auto") reads

    def __init__(self, k=5, name=None):
        if not isinstance(k, Integral) or isinstance(k, bool) or k < 1:
            raise RecipeError(
                "TopKAccuracy.k", f"must be a whole number of at least 1; got {k!r}", "Use 5."
            )
        super().__init__(name=name or f"top_{k}_accuracy", dtype="float32")
        self.k = int(k)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        labels = class_ids(y_true, y_pred, "TopKAccuracy")
        classes = y_pred.shape[-1]
        if classes <= self.k:
            raise RecipeError(
                "TopKAccuracy.k",
                f"must be less than the {classes} classes; got {self.k}",
                "Use a smaller k: the highest of all would be right whatever is predicted.",
            )
        _, guesses = ops.top_k(ops.cast(y_pred, "float32"), self.k)
        hits = ops.any(ops.equal(ops.cast(guesses, "int32"), ops.expand_dims(labels, -1)), axis=-1)
        super().update_state(ops.cast(hits, "float32"), sample_weight=sample_weight)

    def get_config(self):
        return {"k": self.k, "name": self.name}
