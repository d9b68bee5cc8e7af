"""Expected calibration error: whether what is predicted with 90 % is right in 90 %."""

from numbers import Integral

import keras
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.metrics.class_labels import check_from_logits, class_ids, class_shares


@keras.saving.register_keras_serializable(package="keras_recipes")
class ExpectedCalibrationError(keras.metrics.Metric):
    """Mean gap between confidence and accuracy, over bins of the confidence.

    The examples are sorted into equally wide bins `(lower, upper]` by their highest probability;
    the gap of a bin counts by the examples in it. Bins are summed as batches come, so batches of
    any size give the same as all examples at once. It is 0.0 for perfect calibration; on few
    examples chance alone keeps it above, so compare it on the same number of them.
    Source: Guo et al. 2017, arXiv:1706.04599, section 2, equation 3.

    Args:
        num_bins: number of bins; 15 in the paper.
        from_logits: whether predictions are logits (the default) or probabilities.
        name: name of the metric.

    Call arguments:
        y_true: class ids, shape `(batch,)` or `(batch, 1)`, or one-hot or soft labels, shape
            `(batch, classes)`, of which the largest counts (the first, if several are).
        y_pred: predictions of any float type, shape `(batch, classes)`.
        sample_weight: optional weights, shape `(batch,)`.

    Raises:
        RecipeError: if `num_bins` is not a whole number of at least 1, `from_logits` is no bool,
            or a shape is none of the above.

    Example:

    ```python
    model.compile("sgd", loss=SmoothedCrossEntropy(0.1), metrics=[ExpectedCalibrationError()])
    ```
    """

    _direction = "down"  # what keras.callbacks.EarlyStopping(mode="auto") reads

    def __init__(self, num_bins=15, from_logits=True, name="calibration_error"):
        super().__init__(name=name, dtype="float32")
        if not isinstance(num_bins, Integral) or isinstance(num_bins, bool) or num_bins < 1:
            raise RecipeError(
                "ExpectedCalibrationError.num_bins",
                f"must be a whole number of at least 1; got {num_bins!r}",
                "Use 15.",
            )
        check_from_logits(from_logits, "ExpectedCalibrationError")
        self.num_bins = int(num_bins)
        self.from_logits = from_logits
        self.weights_in_bins = self._sums("weights")
        self.hits_in_bins = self._sums("hits")
        self.confidence_in_bins = self._sums("confidence")

    def _sums(self, name):
        return self.add_variable((self.num_bins,), initializer="zeros", name=f"{name}_in_bins")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        labels = class_ids(y_true, y_pred, "ExpectedCalibrationError")
        shares = class_shares(y_pred, self.from_logits)
        confidence = ops.max(shares, axis=-1)
        hits = ops.cast(ops.equal(labels, ops.cast(ops.argmax(shares, -1), "int32")), "float32")
        weights = ops.ones_like(confidence)
        if sample_weight is not None:
            weights = ops.reshape(ops.cast(sample_weight, "float32"), (-1,)) * weights
        # Not a scatter: sums of a one-hot product have one order, and so the same bits each time.
        places = ops.cast(ops.ceil(confidence * self.num_bins), "int32") - 1
        places = ops.clip(places, 0, self.num_bins - 1)
        rows = ops.one_hot(places, self.num_bins, dtype="float32") * ops.expand_dims(weights, -1)
        self.weights_in_bins.assign_add(ops.sum(rows, axis=0))
        self.hits_in_bins.assign_add(ops.sum(rows * ops.expand_dims(hits, -1), axis=0))
        self.confidence_in_bins.assign_add(ops.sum(rows * ops.expand_dims(confidence, -1), axis=0))

    def result(self):
        gaps = ops.sum(ops.abs(self.hits_in_bins - self.confidence_in_bins))
        return ops.divide_no_nan(gaps, ops.sum(self.weights_in_bins))

    def get_config(self):
        return {"num_bins": self.num_bins, "from_logits": self.from_logits, "name": self.name}
