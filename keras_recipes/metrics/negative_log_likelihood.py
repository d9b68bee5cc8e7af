"""The unsmoothed loss, for comparing runs."""

import keras
from keras import ops

from keras_recipes.metrics.class_labels import check_from_logits, class_rows


@keras.saving.register_keras_serializable(package="keras_recipes")
class NegativeLogLikelihood(keras.metrics.Mean):
    """Mean of `-log p(label)` in nats, computed and summed in float32.

    What `val_loss` would be without smoothing, weight penalties or changed targets, so it
    compares runs that differ in them. For soft labels, the cross-entropy.

    Args:
        from_logits: whether predictions are logits (the default) or probabilities, which are
            clipped to `[keras.config.epsilon(), 1 - keras.config.epsilon()]`.
        name: name of the metric.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`. An id that is no class makes the result NaN.
        y_pred: predictions of any float type, shape `(batch, classes)`.
        sample_weight: optional weights, shape `(batch,)`.

    Example:

    ```python
    model.compile("sgd", loss=SmoothedCrossEntropy(0.1), metrics=[NegativeLogLikelihood()])
    ```
    """

    _direction = "down"  # what keras.callbacks.EarlyStopping(mode="auto") reads

    def __init__(self, from_logits=True, name="nll"):
        super().__init__(name=name, dtype="float32")
        check_from_logits(from_logits, "NegativeLogLikelihood")
        self.from_logits = from_logits

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.convert_to_tensor(y_true)
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), "float32")
        targets = class_rows(y_true, y_pred, "NegativeLogLikelihood")
        values = ops.categorical_crossentropy(targets, y_pred, from_logits=self.from_logits)
        super().update_state(values, sample_weight=sample_weight)

    def get_config(self):
        return {"name": self.name, "from_logits": self.from_logits}
