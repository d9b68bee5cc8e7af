"""Cross-entropy with label smoothing, for integer, one-hot and soft labels alike."""

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.losses.smoothing import check_smoothing, smooth_labels


@keras.saving.register_keras_serializable(package="keras_recipes")
class SmoothedCrossEntropy(keras.losses.Loss):
    """Cross-entropy between smoothed labels and predictions, always in float32.

    The labels may be class ids in training and one-hot in validation, or the other way round.
    `val_loss` is smoothed too, being the same function: monitor
    `keras_recipes.metrics.NegativeLogLikelihood` to compare runs of different smoothing.
    Source: Szegedy et al. 2015, arXiv:1512.00567, section 7.

    Args:
        label_smoothing: strength in `[0, 1)`; 0 gives plain cross-entropy.
        from_logits: whether predictions are logits (the default) or probabilities. Prefer
            logits: a half-precision softmax output has no gradient where it is confidently wrong.
            Probabilities are clipped to `[keras.config.epsilon(), 1 - keras.config.epsilon()]`.
        reduction: as in every Keras loss.
        name: name of the loss.

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
    ):
        # float32 whatever keras.config.floatx() says; Loss.__call__ casts the predictions to it.
        super().__init__(name=name, reduction=reduction, dtype="float32")
        check_smoothing(label_smoothing, "SmoothedCrossEntropy.label_smoothing")
        if not isinstance(from_logits, bool):
            raise RecipeError(
                "SmoothedCrossEntropy.from_logits",
                f"must be True or False; got {from_logits!r}",
                "Use True for a model without a softmax at its end.",
            )
        self.label_smoothing = float(label_smoothing)
        self.from_logits = from_logits

    def call(self, y_true, y_pred):
        y_pred = ops.cast(y_pred, "float32")
        if len(y_pred.shape) != 2 or y_pred.shape[-1] in (None, 1):
            raise RecipeError(
                "SmoothedCrossEntropy.y_pred",
                f"must have the shape (batch, classes), two classes at least; got {y_pred.shape}",
                "End the model with keras.layers.Dense(classes).",
            )
        targets = smooth_labels(y_true, y_pred.shape[-1], self.label_smoothing)
        return ops.categorical_crossentropy(targets, y_pred, from_logits=self.from_logits)

    def get_config(self):
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
            "from_logits": self.from_logits,
        }
