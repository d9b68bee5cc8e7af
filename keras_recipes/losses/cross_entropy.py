"""Cross-entropy with label smoothing, for integer, one-hot and soft labels alike."""

import inspect

import keras
from keras import ops

from keras_recipes.losses.single_label_loss import SingleLabelLoss
from keras_recipes.losses.soft_labels import are_class_ids, checked_class_ids, soft_labels


@keras.saving.register_keras_serializable(package="keras_recipes")
class SmoothedCrossEntropy(SingleLabelLoss):
    """Cross-entropy between smoothed labels and the softmax of the predictions, in float32.

    Smoothed by Keras itself: rows by `categorical_crossentropy`, ids by
    `sparse_categorical_crossentropy` in versions in which that smooths (keras#23487; none up to
    3.15), else as one-hot rows. The results are the same.
    Source: Szegedy et al. 2015, arXiv:1512.00567, section 7.

    Args:
        label_smoothing: strength in `[0, 1)`; 0 gives plain cross-entropy.
        from_logits: whether predictions are logits (the default) or probabilities. Prefer
            logits: a half-precision softmax output has no gradient where it is confidently wrong.
            Probabilities are clipped to `[keras.config.epsilon(), 1 - keras.config.epsilon()]`.
        reduction: as in every Keras loss.
        name: name of the loss.
        class_weights: None, or one weight a class, at least 0. An example's loss is multiplied by
            `sum_k class_weights[k] * y_true[k]`, with the labels as given, before smoothing.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`. An id that is no class makes the loss NaN.
        y_pred: predictions of any float type, shape `(batch, classes)`.

    Raises:
        RecipeError: if an argument or a shape is none of the above.

    Example:

    ```python
    model.compile("sgd", loss=SmoothedCrossEntropy(label_smoothing=0.1))
    ```
    """

    def __init__(
        self,
        label_smoothing=0.0,
        from_logits=True,
        reduction="sum_over_batch_size",
        name="smoothed_cross_entropy",
        *,
        class_weights=None,
    ):
        super().__init__(
            label_smoothing=label_smoothing,
            class_weights=class_weights,
            from_logits=from_logits,
            reduction=reduction,
            name=name,
        )

    def of_examples(self, y_true, y_pred):
        classes = y_pred.shape[-1]
        options = {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}
        if are_class_ids(y_true, classes) and _keras_smooths_ids():
            ids, is_class = checked_class_ids(y_true, classes)
            values = keras.losses.sparse_categorical_crossentropy(ids, y_pred, **options)
            return ops.where(is_class, values, float("nan"))
        rows = soft_labels(y_true, classes)
        return keras.losses.categorical_crossentropy(rows, y_pred, **options)


def _keras_smooths_ids():
    function = keras.losses.sparse_categorical_crossentropy
    return "label_smoothing" in inspect.signature(function).parameters
