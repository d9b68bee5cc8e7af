"""Whether more or less of a metric is better, told from its name."""

import re

_HIGHER_IS_BETTER = (
    "accuracy",
    "acc",
    "auc",
    "precision",
    "recall",
    "f1",
    "f1_score",
)
_LOWER_IS_BETTER = (
    "loss",
    "nll",
    "negative_log_likelihood",
    "crossentropy",
    "cross_entropy",
    "error",
    "mae",
    "mse",
    "rmse",
    "ece",
    "brier",
    "brier_score",
)


def metric_direction(name):
    """`"max"`, `"min"`, or None where the name leaves a doubt.

    Judges by the last words of the name, so that `val_` and the names of outputs before them, and
    the number that Keras puts behind a repeated name, make no difference. A name that says that
    the sign was turned (`neg_mean_squared_error`) is a doubt.

    Example:

    >>> metric_direction("val_head_top_5_accuracy"), metric_direction("val_auc_1")
    ('max', 'max')
    >>> metric_direction("val_nll"), metric_direction("val_score")
    ('min', None)
    """
    name = re.sub(r"_\d+$", "", name.lower().replace("-", "_").removeprefix("val_"))
    if name.startswith(("neg_", "minus_")):
        return None
    if name.startswith("negative_") and name != "negative_log_likelihood":
        return None
    for words, direction in ((_HIGHER_IS_BETTER, "max"), (_LOWER_IS_BETTER, "min")):
        if any(name == word or name.endswith(f"_{word}") for word in words):
            return direction
    return None
