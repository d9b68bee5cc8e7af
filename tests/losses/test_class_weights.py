"""Balanced weights against scikit-learn's, and what can't be balanced."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from keras_recipes.errors import RecipeError
from keras_recipes.losses import balanced_class_weights
from keras_recipes.losses.class_weights import resolve_class_weights


def test_balanced_weights_are_those_of_scikit_learn():
    labels = np.array([0] * 30 + [1] * 10 + [2] * 7)
    weights = balanced_class_weights(np.bincount(labels))
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert weights == pytest.approx(expected)
    assert np.mean(np.array(weights)[labels]) == pytest.approx(1.0)


def test_what_is_given_stays():
    assert resolve_class_weights(None, [1, 2], "loss.class_weights") is None
    assert resolve_class_weights((1.0, 2.0), [1, 2], "loss.class_weights") == (1.0, 2.0)
    assert resolve_class_weights((1.0, 2.0), None, "loss.class_weights") == (1.0, 2.0)
    assert resolve_class_weights("balanced", [1, 1], "loss.class_weights") == (1.0, 1.0)


@pytest.mark.parametrize(
    ("weights", "counts", "says"),
    [
        ("balanced", [3, 0, 1, 0], "can't balance a class without training examples: 1, 3"),
        ("balanced", None, "needs the number of training examples"),
        ((1.0, 2.0), [1, 2, 3], "has 2 weights for 3 classes"),
    ],
)
def test_mistakes_are_told_by_the_field(weights, counts, says):
    with pytest.raises(RecipeError) as raised:
        resolve_class_weights(weights, counts, "loss.class_weights")
    assert str(raised.value).startswith("loss.class_weights")
    assert says in str(raised.value)
