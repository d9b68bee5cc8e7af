"""TopKAccuracy against scikit-learn, batch by batch."""

import keras
import numpy as np
import pytest
from sklearn.metrics import top_k_accuracy_score

from keras_recipes.errors import RecipeError
from keras_recipes.metrics import Accuracy, TopKAccuracy

GENERATOR = np.random.default_rng(0)
# All different within a row, and exact in half precision, so that no tie is left to chance.
LOGITS = GENERATOR.permuted(np.tile(np.arange(12.0), (700, 1)), axis=1)
IDS = GENERATOR.integers(0, 12, 700)
FORMS = [IDS, IDS[:, None], np.eye(12)[IDS], 0.9 * np.eye(12)[IDS] + 0.1 / 12]


@pytest.mark.parametrize("k", [2, 5, 11])
@pytest.mark.parametrize("labels", FORMS, ids=["ids", "column", "one-hot", "soft"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_is_that_of_scikit_learn_over_batches(k, labels, dtype):
    metric = TopKAccuracy(k)
    for start in range(0, 700, 256):  # the last batch is smaller
        logits = keras.ops.cast(LOGITS[start : start + 256], dtype)
        metric.update_state(labels[start : start + 256], logits)
    expected = top_k_accuracy_score(IDS, LOGITS, k=k)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)


def test_weights_and_reset():
    metric = TopKAccuracy(2)
    logits = [[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]]
    metric.update_state([1, 0], logits, sample_weight=[1.0, 3.0])
    assert float(metric.result()) == 0.25
    metric.reset_state()
    metric.update_state([1, 1], logits)
    assert float(metric.result()) == 1.0


def test_top_1_is_the_accuracy_and_has_its_name():
    one, accuracy = TopKAccuracy(1), Accuracy()
    for metric in (one, accuracy):
        metric.update_state(IDS, LOGITS)
    assert float(one.result()) == float(accuracy.result())
    assert (one.name, TopKAccuracy().name, TopKAccuracy(3, name="mine").name) == (
        "top_1_accuracy",
        "top_5_accuracy",
        "mine",
    )


def test_survives_its_config():
    copy = keras.metrics.deserialize(keras.metrics.serialize(TopKAccuracy(3, name="mine")))
    assert isinstance(copy, TopKAccuracy)
    assert (copy.k, copy.name) == (3, "mine")


def test_mistakes():
    for wrong in (0, 2.5, True):
        with pytest.raises(RecipeError, match="k must be a whole number of at least 1"):
            TopKAccuracy(wrong)
    with pytest.raises(RecipeError, match=r"must be less than the 5 classes; got 5\. Use a sm"):
        TopKAccuracy(5).update_state([0], np.zeros((1, 5)))
    with pytest.raises(RecipeError, match=r"TopKAccuracy.y_true must have the shape"):
        TopKAccuracy(1).update_state(np.eye(2), np.zeros((2, 3)))
