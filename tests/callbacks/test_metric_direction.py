"""metric_direction answers only where the name leaves no doubt."""

import pytest

from keras_recipes.callbacks.metric_direction import metric_direction


@pytest.mark.parametrize(
    "name",
    ["accuracy", "val_accuracy", "val_acc", "val_sparse_categorical_accuracy", "auc", "val_auc_1"]
    + ["head_top_5_accuracy", "val_precision_2", "recall", "f1", "val_f1_score", "Top-1-Accuracy"],
)
def test_more_is_better(name):
    assert metric_direction(name) == "max"


@pytest.mark.parametrize(
    "name",
    ["loss", "val_loss", "val_head_loss", "nll", "val_nll", "val_error", "mae", "val_mse"]
    + [
        "mean_squared_error",
        "categorical_crossentropy",
        "negative_log_likelihood",
        "accuracy_loss",
        "val_calibration_error",
        "val_brier_score",
        "val_ece",
    ],
)
def test_less_is_better(name):
    assert metric_direction(name) == "min"


@pytest.mark.parametrize(
    "name",
    ["score", "val_reward", "neg_mean_squared_error", "negative_loss", "minus_loss", "inaccuracy"]
    + ["glossy", "learning_rate", "false_positive_rate", "log_likelihood", "error_free", "val_"],
)
def test_doubt(name):
    assert metric_direction(name) is None
