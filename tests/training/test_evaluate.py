"""Scores against numbers from elsewhere."""

import keras
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from keras_recipes.data import Examples
from keras_recipes.training.evaluate import evaluate, wilson_interval


def test_scores_equal_scikit_learns():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1100, 2, 2, 1), dtype=np.uint8)
    labels = generator.integers(0, 3, 1100)
    inputs = keras.Input((2, 2, 1))
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 100)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(3)(x))
    scores = evaluate(model, Examples.whole(images, labels), 3)
    logits = model.predict(images, verbose=0)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert scores["accuracy"] == accuracy_score(labels, logits.argmax(axis=1))
    assert scores["nll"] == pytest.approx(log_loss(labels, shares), rel=1e-5)
    assert scores["correct"] == scores["accuracy"] * 1100


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    # R: prop.test(successes, trials, correct = FALSE)$conf.int
    [(81, 263, (0.2553, 0.3662)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0))],
)
def test_wilsons_interval(successes, trials, expected):
    assert wilson_interval(successes, trials) == pytest.approx(expected, abs=1e-4)
