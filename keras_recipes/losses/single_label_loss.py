"""What the losses of this package have in common: labels, precision, class weights."""

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.losses.class_weights import check_class_weights, check_number_of_weights
from keras_recipes.losses.smoothing import check_smoothing
from keras_recipes.losses.soft_labels import soft_labels


class SingleLabelLoss(keras.losses.Loss):
    """A loss of examples that each belong to one class, or to a mix of classes.

    The labels may be class ids in training and one-hot in validation, or the other way round.
    Computed in float32 whatever type the predictions come in. `val_loss` is smoothed and weighted
    too, being the same function: monitor `keras_recipes.metrics.NegativeLogLikelihood` to compare
    runs. A subclass defines `of_examples`.

    Args:
        label_smoothing: strength in `[0, 1)` of `keras_recipes.losses.smooth_labels`; 0 turns it
            off.
        class_weights: None, or one weight a class, at least 0. An example's loss is multiplied by
            `sum_k class_weights[k] * y_true[k]`, with the labels as given, before smoothing: for
            a class id what `fit(class_weight=...)` does, for a mix the mix of the weights.
        from_logits: whether predictions are logits (the default) or probabilities.
        reduction: as in every Keras loss.
        name: name of the loss.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`. An id that is no class makes the loss NaN.
        y_pred: predictions of any float type, shape `(batch, classes)`, two classes at least.

    Raises:
        RecipeError: if an argument or a shape is none of the above.
    """

    def __init__(self, *, label_smoothing, class_weights, from_logits, reduction, name):
        # float32 whatever keras.config.floatx() says; Loss.__call__ casts the predictions to it.
        super().__init__(name=name, reduction=reduction, dtype="float32")
        check_smoothing(label_smoothing, self._where("label_smoothing"))
        self._check_bool("from_logits", from_logits)
        if class_weights is not None:
            check_class_weights(class_weights, self._where("class_weights"))
            class_weights = tuple(map(float, class_weights))
        self.label_smoothing = float(label_smoothing)
        self.class_weights = class_weights
        self.from_logits = from_logits

    def of_examples(self, y_true, y_pred):
        """Loss of each example, shape `(batch,)`, before class weights.

        Args:
            y_true: tensor of labels in any of their forms.
            y_pred: float32 tensor, shape `(batch, classes)`.
        """
        raise NotImplementedError

    def call(self, y_true, y_pred):
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.cast(y_pred, "float32")
        classes = y_pred.shape[-1] if len(y_pred.shape) == 2 else None
        if classes in (None, 1):
            raise RecipeError(
                self._where("y_pred"),
                f"must have the shape (batch, classes), two classes at least; got {y_pred.shape}",
                "End the model with keras.layers.Dense(classes).",
            )
        values = self.of_examples(y_true, y_pred)
        if self.class_weights is None:
            return values
        check_number_of_weights(self.class_weights, classes, self._where("class_weights"))
        weights = ops.convert_to_tensor(self.class_weights, "float32")
        return values * ops.sum(weights * soft_labels(y_true, classes), axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
            "class_weights": self.class_weights and list(self.class_weights),
            "from_logits": self.from_logits,
        }

    def _where(self, name):
        return f"{type(self).__name__}.{name}"

    def _check_bool(self, name, value):
        if not isinstance(value, bool):
            fixes = {"from_logits": "Use True for a model without a softmax at its end."}
            raise RecipeError(
                self._where(name),
                f"must be True or False; got {value!r}",
                fixes.get(name, "Give one of the two."),
            )
