"""One way to every loss of a classifier."""

from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.losses.cross_entropy import SmoothedCrossEntropy
from keras_recipes.losses.per_class_binary_cross_entropy import PerClassBinaryCrossEntropy
from keras_recipes.losses.softmax_focal_loss import SoftmaxFocalLoss

_LOSSES = {
    "cross_entropy": SmoothedCrossEntropy,
    "binary_cross_entropy": PerClassBinaryCrossEntropy,
    "focal": SoftmaxFocalLoss,
}
_OPTIONS = {
    "cross_entropy": (),
    "binary_cross_entropy": ("target_threshold", "sum_classes"),
    "focal": ("gamma",),
}
"""What a kind takes beside what all take."""


def classification_loss(
    kind="cross_entropy", *, label_smoothing=0.0, class_weights=None, from_logits=True, **options
):
    """Make a loss for class ids, one-hot and soft labels alike, smoothed once.

    Args:
        kind: `"cross_entropy"` (`SmoothedCrossEntropy`), `"binary_cross_entropy"`
            (`PerClassBinaryCrossEntropy`) or `"focal"` (`SoftmaxFocalLoss`).
        label_smoothing: strength in `[0, 1)`; 0 turns it off. Labels that were mixed before
            (MixUp, CutMix) are smoothed by the same formula; don't smooth them anywhere else.
        class_weights: None, or one weight a class, such as `balanced_class_weights(counts)`.
        from_logits: whether the model returns logits (the default) or probabilities.
        **options: `target_threshold` and `sum_classes` of `"binary_cross_entropy"`, `gamma` of
            `"focal"`; `reduction` and `name` as in every Keras loss.

    Returns:
        a `keras.losses.Loss`.

    Raises:
        RecipeError: if there is no such kind, it does not take an option, or a value is wrong.

    Example:

    ```python
    model.compile("sgd", loss=classification_loss("focal", gamma=2.0, label_smoothing=0.1))
    ```
    """
    if kind not in _LOSSES:
        raise RecipeError("kind", f"must be a kind of loss; got {kind!r}",
                          did_you_mean(kind, _LOSSES))  # fmt: skip
    known = (*_OPTIONS[kind], "reduction", "name")
    for each in options:
        if each not in known:
            raise RecipeError(each, f"is not an option of {kind!r}", did_you_mean(each, known))
    return _LOSSES[kind](
        label_smoothing=label_smoothing,
        class_weights=class_weights,
        from_logits=from_logits,
        **options,
    )
