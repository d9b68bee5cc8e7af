"""The focal loss: cross-entropy that cares less for what is already right."""

import math
from numbers import Real

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.losses.single_label_loss import SingleLabelLoss
from keras_recipes.losses.smoothing import smooth_labels

# Below any 1 - p that float32 tells from 0, and far enough from its smallest number that the
# power's gradient stays finite for a gamma below 1.
_LEAST_MISS = 1e-30


@keras.saving.register_keras_serializable(package="keras_recipes")
class SoftmaxFocalLoss(SingleLabelLoss):
    """Focal loss of the softmax of the predictions, in float32.

    `sum_k y[k] * (1 - p[k]) ** gamma * -log(p[k])`, with smoothed labels `y`.
    Source: Lin et al. 2017, arXiv:1708.02002, section 3.2, extended from two classes to many as
    its footnote suggests; the paper's `alpha` is `class_weights` here.
    `keras.losses.CategoricalFocalCrossentropy(alpha=1)` is the same where no prediction is below
    `keras.config.epsilon()`; there it has no gradient, and this one has.

    Args:
        gamma: at least 0; how much less the examples count that are already right. 0 gives
            cross-entropy, 2 did best in the paper.
        label_smoothing: strength in `[0, 1)`; 0 turns it off.
        class_weights: None, or one weight a class, at least 0. An example's loss is multiplied by
            `sum_k class_weights[k] * y_true[k]`, with the labels as given, before smoothing.
        from_logits: whether predictions are logits (the default) or probabilities, which are
            clipped to `[keras.config.epsilon(), 1 - keras.config.epsilon()]`.
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
    model.compile("sgd", loss=SoftmaxFocalLoss(gamma=2.0))
    ```
    """

    def __init__(
        self,
        gamma=2.0,
        *,
        label_smoothing=0.0,
        class_weights=None,
        from_logits=True,
        reduction="sum_over_batch_size",
        name="softmax_focal_loss",
    ):
        super().__init__(
            label_smoothing=label_smoothing,
            class_weights=class_weights,
            from_logits=from_logits,
            reduction=reduction,
            name=name,
        )
        is_number = isinstance(gamma, Real) and not isinstance(gamma, bool)
        if not is_number or not 0 <= gamma < math.inf:
            raise RecipeError(
                self._where("gamma"), f"must be at least 0; got {gamma!r}", "Use 2.0."
            )
        self.gamma = float(gamma)

    def of_examples(self, y_true, y_pred):
        targets = smooth_labels(y_true, y_pred.shape[-1], self.label_smoothing)
        if self.from_logits:
            log_share = ops.log_softmax(y_pred, axis=-1)
        else:
            least = keras.config.epsilon()
            log_share = ops.log(ops.clip(y_pred, least, 1.0 - least))
        # Not 1 - exp(log_share): next to 1 most of its digits would be lost.
        miss = ops.maximum(-ops.expm1(log_share), _LEAST_MISS)
        return -ops.sum(targets * miss**self.gamma * log_share, axis=-1)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma}
