"""NegativeLogLikelihood by hand and against NumPy."""

import math

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.metrics import NegativeLogLikelihood

PROBABILITIES = np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]])
IDS = np.array([1, 0])
EXPECTED = (math.log(4) + math.log(8)) / 2


@pytest.mark.parametrize("labels", [IDS, IDS[:, None], np.eye(3)[IDS], IDS.astype("uint8")])
def test_every_form_of_label(labels):
    metric = NegativeLogLikelihood()
    metric.update_state(labels, np.log(PROBABILITIES).astype("float32"))
    assert float(metric.result()) == pytest.approx(EXPECTED, rel=1e-6)


def test_probabilities():
    metric = NegativeLogLikelihood(from_logits=False)
    metric.update_state(IDS, PROBABILITIES.astype("float32"))
    assert float(metric.result()) == pytest.approx(EXPECTED, rel=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_predictions_are_summed_in_float32(dtype):
    """4,096 examples of log(2): a float16 total would stick at 2,048, a bfloat16 one at 256."""
    metric = NegativeLogLikelihood()
    for _ in range(8):
        metric.update_state(np.zeros(512, "int32"), keras.ops.zeros((512, 2), dtype))
    assert float(metric.result()) == pytest.approx(math.log(2), rel=1e-5)
    assert all(variable.dtype == "float32" for variable in metric.variables)


def test_soft_labels_give_the_cross_entropy():
    metric = NegativeLogLikelihood()
    metric.update_state([[0.5, 0.5, 0.0]], np.log(PROBABILITIES[:1]).astype("float32"))
    assert float(metric.result()) == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(4))


def test_weights_batches_and_reset():
    metric = NegativeLogLikelihood()
    logits = np.log(PROBABILITIES).astype("float32")
    metric.update_state(IDS[:1], logits[:1], sample_weight=[3.0])
    metric.update_state(IDS[1:], logits[1:], sample_weight=[1.0])
    assert float(metric.result()) == pytest.approx((3 * math.log(4) + math.log(8)) / 4)
    metric.reset_state()
    assert float(metric.result()) == 0.0


@pytest.mark.parametrize("wrong", [-1, 3])
def test_an_id_that_is_no_class_is_not_a_perfect_prediction(wrong):
    metric = NegativeLogLikelihood()
    metric.update_state([1, wrong], np.log(PROBABILITIES).astype("float32"))
    assert math.isnan(float(metric.result()))


def test_survives_its_config():
    metric = NegativeLogLikelihood(from_logits=False, name="mine")
    copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
    assert isinstance(copy, NegativeLogLikelihood)
    assert (copy.from_logits, copy.name) == (False, "mine")


def test_mistakes():
    with pytest.raises(RecipeError, match="from_logits must be True or False; got 1"):
        NegativeLogLikelihood(from_logits=1)
    with pytest.raises(RecipeError, match=r"y_true must have the shape .*; got \(2, 2\)"):
        NegativeLogLikelihood().update_state(np.eye(2), np.zeros((2, 3), "float32"))
    with pytest.raises(RecipeError, match="BinaryAccuracy"):
        NegativeLogLikelihood().update_state([0, 1], np.zeros((2, 1), "float32"))


def test_val_nll_is_not_smoothed_though_val_loss_is():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    smoothed = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.5)
    model.compile("sgd", loss=smoothed, metrics=[NegativeLogLikelihood()])
    x, y = np.random.rand(6, 2), np.eye(3)[[0, 1, 2, 0, 1, 2]]
    history = model.fit(x, y, validation_data=(x, y), verbose=0).history
    log_p = np.log(keras.ops.convert_to_numpy(keras.ops.softmax(model.predict(x, verbose=0))))
    assert history["val_nll"][0] == pytest.approx(-(y * log_p).sum(-1).mean(), rel=1e-5)
    assert history["val_loss"][0] != pytest.approx(history["val_nll"][0], rel=1e-4)


@pytest.mark.parametrize("label", [-1.0, 3.0, 0.5])
def test_an_id_that_is_no_class_shows(label):
    """As in the losses: rounded down, 0.5 would pass for class 0."""
    metric = NegativeLogLikelihood(from_logits=False)
    metric.update_state(np.float32([label]), PROBABILITIES[:1])
    assert np.isnan(float(metric.result()))
