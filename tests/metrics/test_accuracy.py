"""Accuracy by hand, and in the fit where Keras's own goes wrong."""

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.metrics import Accuracy

LOGITS = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0], [0.0, 3.0, 2.0], [1.0, 0.0, 0.5]])
IDS = np.array([0, 2, 2, 0])  # right, right, wrong, right


@pytest.mark.parametrize("labels", [IDS, IDS[:, None], np.eye(3)[IDS], 0.8 * np.eye(3)[IDS] + 0.1])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_every_form_of_label(labels, dtype):
    metric = Accuracy()
    metric.update_state(labels, keras.ops.cast(LOGITS, dtype))
    assert float(metric.result()) == 0.75


def test_weights_and_batches():
    metric = Accuracy()
    metric.update_state(IDS[:3], LOGITS[:3], sample_weight=[0.0, 0.0, 3.0])
    metric.update_state(IDS[3:], LOGITS[3:])
    assert float(metric.result()) == 0.25


def test_ids_beyond_half_precision():
    """Class 257 is 256 in bfloat16: ids must not pass through the predictions' type."""
    metric = Accuracy()
    predictions = keras.ops.one_hot([256], 300, dtype="bfloat16")
    metric.update_state([257], predictions)
    assert float(metric.result()) == 0.0


@pytest.mark.parametrize("labels", ["ids", "column"])
def test_one_hot_training_with_integer_validation(labels):
    x = np.eye(3, dtype="float32").repeat(5, 0)
    ids = np.arange(3).repeat(5)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile("sgd", loss=lambda y, p: keras.ops.mean(p**2, -1), metrics=[Accuracy()])
    validation = (x, ids if labels == "ids" else ids[:, None])
    one_hot = np.eye(3, dtype="float32")[ids]
    history = model.fit(x, one_hot, validation_data=validation, verbose=0).history
    right = (model.predict(x, verbose=0).argmax(-1) == ids).mean()
    assert history["val_accuracy"] == [pytest.approx(right)]


def test_survives_its_config():
    copy = keras.metrics.deserialize(keras.metrics.serialize(Accuracy(name="mine")))
    assert isinstance(copy, Accuracy)
    assert copy.name == "mine"


def test_labels_of_another_shape():
    with pytest.raises(RecipeError, match=r"Accuracy.y_true must have the shape"):
        Accuracy().update_state(np.eye(2), np.zeros((2, 3)))
