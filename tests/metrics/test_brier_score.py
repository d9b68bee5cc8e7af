"""BrierScore by hand and against scikit-learn."""

import math

import keras
import numpy as np
import pytest
from sklearn.metrics import brier_score_loss

from keras_recipes.errors import RecipeError
from keras_recipes.metrics import BrierScore

GENERATOR = np.random.default_rng(0)
LOGITS = GENERATOR.integers(-16, 17, (700, 5)) / 4  # exact in half precision
SHARES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
IDS = GENERATOR.integers(0, 5, 700)


def test_by_hand():
    """(0.8 - 1)^2 + 0.2^2 and (0.6 - 0)^2 + (0.4 - 1)^2."""
    metric = BrierScore(from_logits=False)
    metric.update_state([0, 1], np.array([[0.8, 0.2], [0.6, 0.4]], "float32"))
    assert float(metric.result()) == pytest.approx((0.08 + 0.72) / 2)


@pytest.mark.parametrize("labels", [IDS, IDS[:, None], np.eye(5)[IDS]], ids=["ids", "col", "rows"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_is_that_of_scikit_learn_summed_over_classes(labels, dtype):
    metric = BrierScore()
    for start in range(0, 700, 256):  # the last batch is smaller
        logits = keras.ops.cast(LOGITS[start : start + 256], dtype)
        metric.update_state(labels[start : start + 256], logits)
    expected = sum(brier_score_loss(k == IDS, SHARES[:, k]) for k in range(5))
    assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


def test_soft_labels_weights_and_reset():
    metric = BrierScore(from_logits=False)
    shares = np.array([[0.5, 0.5], [1.0, 0.0]], "float32")
    metric.update_state([[0.5, 0.5], [0.0, 1.0]], shares, sample_weight=[3.0, 1.0])
    assert float(metric.result()) == pytest.approx(2 / 4)
    metric.reset_state()
    assert float(metric.result()) == 0.0


def test_extreme_logits():
    metric = BrierScore()
    metric.update_state([0, 0], keras.ops.cast([[1e4, -1e4], [-1e4, 1e4]], "float16"))
    assert float(metric.result()) == 1.0


@pytest.mark.parametrize("wrong", [-1, 2])
def test_an_id_that_is_no_class_shows_as_nan(wrong):
    metric = BrierScore()
    metric.update_state([0, wrong], np.zeros((2, 2), "float32"))
    assert math.isnan(float(metric.result()))


def test_survives_its_config():
    metric = BrierScore(from_logits=False, name="mine")
    copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert isinstance(copy, BrierScore)
    assert (copy.from_logits, copy.name) == (False, "mine")


def test_mistakes():
    with pytest.raises(RecipeError, match=r"BrierScore.from_logits must be True or False; got 1"):
        BrierScore(from_logits=1)
    with pytest.raises(RecipeError, match=r"BrierScore.y_pred must have the shape"):
        BrierScore().update_state([0, 1], np.zeros((2, 1), "float32"))
