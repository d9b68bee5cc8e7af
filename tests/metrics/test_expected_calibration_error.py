"""ExpectedCalibrationError by hand, and against NumPy over all examples at once."""

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.metrics import ExpectedCalibrationError

GENERATOR = np.random.default_rng(0)
LOGITS = GENERATOR.integers(-16, 17, (700, 5)) / 4  # exact in half precision
SHARES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
IDS = np.where(GENERATOR.uniform(size=700) < 0.5, LOGITS.argmax(1), GENERATOR.integers(0, 5, 700))
WEIGHTS = GENERATOR.uniform(size=700)
FORMS = [IDS, IDS[:, None], np.eye(5)[IDS], 0.9 * np.eye(5)[IDS] + 0.02]


def reference(ids, shares, bins, weights=None):
    """Guo et al.'s equation 3, bin by bin."""
    weights = np.ones(len(ids)) if weights is None else weights
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == ids
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for lower, upper in zip(edges[:-1], edges[1:], strict=True):
        held = (confidence > lower) & (confidence <= upper)
        if held.any():
            share = weights[held].sum() / weights.sum()
            accuracy = np.average(right[held], weights=weights[held])
            total += share * abs(accuracy - np.average(confidence[held], weights=weights[held]))
    return total


def test_by_hand():
    """Two bins: 0.9 and 0.7 with one right of two, gap 0.3; 0.5 and wrong, gap 0.5."""
    metric = ExpectedCalibrationError(2, from_logits=False)
    shares = np.array([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5]], "float32")
    metric.update_state([0, 0, 1], shares)
    assert float(metric.result()) == pytest.approx((2 * 0.3 + 0.5) / 3)


@pytest.mark.parametrize("bins", [1, 10, 15])
@pytest.mark.parametrize("labels", FORMS, ids=["ids", "column", "one-hot", "soft"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_batches_give_what_all_examples_give(bins, labels, dtype):
    metric = ExpectedCalibrationError(bins)
    for start in range(0, 700, 256):  # the last batch is smaller
        logits = keras.ops.cast(LOGITS[start : start + 256], dtype)
        metric.update_state(labels[start : start + 256], logits)
    assert float(metric.result()) == pytest.approx(reference(IDS, SHARES, bins), rel=1e-5)
    assert {variable.dtype for variable in metric.variables} == {"float32"}


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_weights_and_reset(shape):
    metric = ExpectedCalibrationError()
    weights = WEIGHTS.reshape(shape)
    for _ in range(2):
        for start in range(0, 700, 300):
            part = slice(start, start + 300)
            metric.update_state(IDS[part], LOGITS[part], sample_weight=weights[part])
        expected = reference(IDS, SHARES, 15, WEIGHTS)
        assert float(metric.result()) == pytest.approx(expected, rel=1e-5)
        metric.reset_state()
        assert float(metric.result()) == 0.0


def test_a_calibrated_forecast_has_none_and_a_sure_one_its_error_rate():
    calibrated = ExpectedCalibrationError(from_logits=False)
    calibrated.update_state([0, 0, 0, 1], np.tile(np.float32([0.75, 0.25]), (4, 1)))
    assert float(calibrated.result()) == 0.0
    sure = ExpectedCalibrationError()
    sure.update_state([0, 0, 0, 1], keras.ops.cast([[1e4, -1e4]] * 4, "float16"))
    assert float(sure.result()) == 0.25


def test_in_a_fit_with_a_last_smaller_batch():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5)])
    model.compile("sgd", "mse", weighted_metrics=[ExpectedCalibrationError()])
    rows = np.eye(5)[IDS]
    scores = model.evaluate(LOGITS, rows, sample_weight=WEIGHTS, batch_size=256, verbose=0)
    logits = model.predict(LOGITS, verbose=0).astype("float64")
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert scores[1] == pytest.approx(reference(IDS, shares, 15, WEIGHTS), rel=1e-4)


def test_survives_its_config():
    metric = ExpectedCalibrationError(7, from_logits=False, name="mine")
    copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert isinstance(copy, ExpectedCalibrationError)
    assert (copy.num_bins, copy.from_logits, copy.name) == (7, False, "mine")


def test_mistakes():
    for wrong in (0, 1.5, True):
        with pytest.raises(RecipeError, match="num_bins must be a whole number of at least 1"):
            ExpectedCalibrationError(wrong)
    with pytest.raises(RecipeError, match=r"Error.from_logits must be True or False; got 'no'"):
        ExpectedCalibrationError(from_logits="no")
    with pytest.raises(RecipeError, match=r"ExpectedCalibrationError.y_true must have the shape"):
        ExpectedCalibrationError().update_state(np.eye(2), np.zeros((2, 3), "float32"))
