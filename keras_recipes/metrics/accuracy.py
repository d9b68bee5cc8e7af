"""Accuracy for class ids and one-hot labels in the same fit."""

import keras
from keras import ops

from keras_recipes.metrics.class_labels import class_ids


@keras.saving.register_keras_serializable(package="keras_recipes")
class Accuracy(keras.metrics.Mean):
    """Share of examples whose highest prediction is the labelled class.

    Looks at the shape of the labels at every call. Keras's `"accuracy"` decides once, on the
    first batch: with one-hot training labels and integer validation labels it then reports a
    wrong `val_accuracy` without a word (0.03 for a model that is right on 0.38; Keras 3.15.1).

    Args:
        name: name of the metric.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`, of which the largest counts (the first, if several are).
        y_pred: logits or probabilities, shape `(batch, classes)`.
        sample_weight: optional weights, shape `(batch,)`.

    Example:

    ```python
    model.compile("sgd", loss=SmoothedCrossEntropy(0.1), metrics=[Accuracy()])
    ```
    """

    _direction = "up"  # what keras.callbacks.EarlyStopping(mode="auto") reads

    def __init__(self, name="accuracy"):
        super().__init__(name=name, dtype="float32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        labels = class_ids(y_true, y_pred, "Accuracy")
        hits = ops.equal(labels, ops.cast(ops.argmax(y_pred, -1), "int32"))
        super().update_state(ops.cast(hits, "float32"), sample_weight=sample_weight)

    def get_config(self):
        return {"name": self.name}
