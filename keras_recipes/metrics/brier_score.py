"""The Brier score: how far the predicted probabilities are from what was seen."""

import keras
from keras import ops

from keras_recipes.metrics.class_labels import check_from_logits, class_rows, class_shares


@keras.saving.register_keras_serializable(package="keras_recipes")
class BrierScore(keras.metrics.Mean):
    """Mean of `sum_k (p[k] - y[k]) ** 2`, from 0 for sure and right to 2 for sure and wrong.

    A proper score, as the negative log-likelihood is, but bounded: one image that is badly wrong
    can't outweigh the rest. For two classes it is twice scikit-learn's `brier_score_loss`.
    Source: Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    Args:
        from_logits: whether predictions are logits (the default) or probabilities.
        name: name of the metric.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`. An id that is no class makes the result NaN.
        y_pred: predictions of any float type, shape `(batch, classes)`.
        sample_weight: optional weights, shape `(batch,)`.

    Raises:
        RecipeError: if `from_logits` is no bool, or a shape is none of the above.

    Example:

    ```python
    model.compile("sgd", loss=SmoothedCrossEntropy(0.1), metrics=[BrierScore()])
    ```
    """

    _direction = "down"  # what keras.callbacks.EarlyStopping(mode="auto") reads

    def __init__(self, from_logits=True, name="brier_score"):
        super().__init__(name=name, dtype="float32")
        check_from_logits(from_logits, "BrierScore")
        self.from_logits = from_logits

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        rows = class_rows(y_true, y_pred, "BrierScore")
        values = ops.sum(ops.square(class_shares(y_pred, self.from_logits) - rows), axis=-1)
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self):
        return {"name": self.name, "from_logits": self.from_logits}
