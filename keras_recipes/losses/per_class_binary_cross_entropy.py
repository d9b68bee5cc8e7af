"""Binary cross-entropy of each class: whether the image holds it, whatever else it holds."""

from numbers import Real

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.losses.single_label_loss import SingleLabelLoss
from keras_recipes.losses.smoothing import smooth_labels
from keras_recipes.losses.soft_labels import soft_labels


@keras.saving.register_keras_serializable(package="keras_recipes")
class PerClassBinaryCrossEntropy(SingleLabelLoss):
    """Binary cross-entropy between each class's label and the sigmoid of its logit, in float32.

    An image that mixes two classes may hold both: with `target_threshold` both are taught as
    present, where cross-entropy would teach their shares.
    Source: Wightman et al. 2021 ("ResNet strikes back"), arXiv:2110.00476, section 3; the
    threshold is `target_threshold` of timm's `BinaryCrossEntropy`.

    Smoothing is that of every loss here, `smooth_labels`, and comes after the threshold: a class
    that is present is taught `1 - label_smoothing + label_smoothing / classes`, any other
    `label_smoothing / classes`. timm spreads the same values over ids.
    `keras.losses.BinaryCrossentropy` smooths towards one half instead, so that each of 1,000
    classes would be taught as present with `label_smoothing / 2`.

    Args:
        label_smoothing: strength in `[0, 1)`; 0 turns it off.
        target_threshold: None, or a number in `[0, 1)`: a class whose share in a label is above it
            is taught as present, any other as absent. Labels of one class are not changed. From
            0.5 on an even mix of two is taught as holding neither.
        sum_classes: whether an example's loss is the sum over the classes, or their mean, as in
            Keras and by default in timm. The gradient of the mean is smaller by the number of
            classes, which adaptive optimizers undo and SGD does not.
        class_weights: None, or one weight a class, at least 0. An example's loss is multiplied by
            `sum_k class_weights[k] * y_true[k]`, with the labels as given, before threshold and
            smoothing.
        from_logits: whether predictions are logits (the default) or the sigmoid of them, which is
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
    model.compile("adam", loss=PerClassBinaryCrossEntropy(target_threshold=0.2))
    ```
    """

    def __init__(
        self,
        label_smoothing=0.0,
        *,
        target_threshold=None,
        sum_classes=False,
        class_weights=None,
        from_logits=True,
        reduction="sum_over_batch_size",
        name="per_class_binary_cross_entropy",
    ):
        super().__init__(
            label_smoothing=label_smoothing,
            class_weights=class_weights,
            from_logits=from_logits,
            reduction=reduction,
            name=name,
        )
        is_number = isinstance(target_threshold, Real) and not isinstance(target_threshold, bool)
        if target_threshold is not None and not (is_number and 0 <= target_threshold < 1):
            raise RecipeError(
                self._where("target_threshold"),
                f"must be None or in [0, 1); got {target_threshold!r}",
                "Use 0.2, or None to teach the shares of a mix.",
            )
        self._check_bool("sum_classes", sum_classes)
        self.target_threshold = target_threshold
        self.sum_classes = sum_classes

    def of_examples(self, y_true, y_pred):
        classes = y_pred.shape[-1]
        targets = soft_labels(y_true, classes)
        if self.target_threshold is not None:
            # Not a cast of the comparison, which would make an absent class of NaN.
            is_nan = ops.isnan(targets)
            present = ops.cast(targets > self.target_threshold, "float32")
            targets = ops.where(is_nan, targets, present)
        targets = smooth_labels(targets, classes, self.label_smoothing)
        values = ops.binary_crossentropy(targets, y_pred, from_logits=self.from_logits)
        return ops.sum(values, axis=-1) if self.sum_classes else ops.mean(values, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "target_threshold": self.target_threshold,
            "sum_classes": self.sum_classes,
        }
