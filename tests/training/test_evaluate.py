"""Scores against numbers from elsewhere."""

import keras
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, top_k_accuracy_score

from keras_recipes.data import Examples
from keras_recipes.training.evaluate import evaluate, wilson_interval


@pytest.mark.parametrize("classes", [3, 5, 7])
def test_scores_equal_scikit_learns(classes):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1100, 2, 2, 1), dtype=np.uint8)
    labels = generator.integers(0, classes, 1100)
    inputs = keras.Input((2, 2, 1))
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 100)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(classes)(x))
    scores = evaluate(model, Examples.whole(images, labels), classes)
    logits = model.predict(images, verbose=0)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert scores["accuracy"] == accuracy_score(labels, logits.argmax(axis=1))
    assert scores["nll"] == pytest.approx(log_loss(labels, shares), rel=1e-5)
    assert scores["correct"] == pytest.approx(scores["accuracy"] * 1100)
    brier = sum(brier_score_loss(labels == k, shares[:, k]) for k in range(classes))
    assert scores["brier_score"] == pytest.approx(brier, rel=1e-5)
    bins = np.ceil(shares.max(axis=1) * 15).astype(int)
    gaps = (logits.argmax(axis=1) == labels) - shares.max(axis=1)
    calibration_error = sum(abs(gaps[bins == each].sum()) for each in range(1, 16)) / 1100
    assert scores["calibration_error"] == pytest.approx(calibration_error, rel=1e-4)
    assert ("top_5_accuracy" in scores) == (classes > 5)
    if classes > 5:
        top_5 = top_k_accuracy_score(labels, shares, k=5)
        assert scores["top_5_accuracy"] == pytest.approx(top_5, rel=1e-6)


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    # R: prop.test(successes, trials, correct = FALSE)$conf.int
    [(81, 263, (0.2553, 0.3662)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0))],
)
def test_wilsons_interval(successes, trials, expected):
    assert wilson_interval(successes, trials) == pytest.approx(expected, abs=1e-4)
