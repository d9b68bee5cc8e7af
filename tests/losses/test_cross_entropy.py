"""SmoothedCrossEntropy against NumPy in float64 and against Keras's own losses."""

import math

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.losses import SmoothedCrossEntropy

LOGITS = np.array([[2.0, -1.0, 0.5], [0.25, 0.0, -3.0]])
IDS = np.array([0, 2])


def reference(logits, smoothing):
    logits = np.asarray(logits, "float64")
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    targets = (1 - smoothing) * np.eye(3)[IDS] + smoothing / 3
    return -(targets * log_p).sum(-1).mean()


def test_by_hand():
    """Equal logits: the loss is log(2), however the two labels are mixed."""
    loss = SmoothedCrossEntropy(0.3)([1], np.zeros((1, 2), "float32"))
    assert float(loss) == pytest.approx(math.log(2), rel=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("labels", [IDS, IDS[:, None], np.eye(3)[IDS]])
def test_against_numpy(smoothing, dtype, labels):
    """Half-precision logits are exact in float32 here, so the loss must be as good as float32."""
    loss = SmoothedCrossEntropy(smoothing)(labels, keras.ops.cast(LOGITS, dtype))
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    assert float(loss) == pytest.approx(reference(LOGITS, smoothing), rel=1e-6)


def test_float16_logits_far_apart_stay_finite():
    """In float16 itself exp(60) overflows, and the loss would be lost."""
    logits = keras.ops.cast([[60.0, -60.0]], "float16")
    assert float(SmoothedCrossEntropy()([1], logits)) == pytest.approx(120.0)


def test_probabilities():
    log_p = LOGITS - np.log(np.exp(LOGITS).sum(-1, keepdims=True))
    loss = SmoothedCrossEntropy(0.1, from_logits=False)(IDS, np.exp(log_p).astype("float32"))
    assert float(loss) == pytest.approx(reference(LOGITS, 0.1), rel=1e-5)


def test_agrees_with_keras_on_one_hot_labels():
    labels = np.eye(3, dtype="float32")[IDS]
    logits = LOGITS.astype("float32")
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    ours = SmoothedCrossEntropy(0.2)
    weight = np.array([0.5, 2.0], "float32")
    assert float(ours(labels, logits, sample_weight=weight)) == pytest.approx(
        float(theirs(labels, logits, sample_weight=weight)), rel=1e-6
    )


def test_keras_smooths_ids_where_it_can(monkeypatch):
    """As keras#23488 does, in a release after 3.15: results and NaN for wrong ids stay."""
    calls = []

    def without(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
        raise AssertionError("it would not smooth")

    def smoothing(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1, label_smoothing=0):
        calls.append(label_smoothing)
        plain = keras.ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
        uniform = keras.ops.ones_like(y_pred) / y_pred.shape[-1]
        spread = keras.ops.categorical_crossentropy(uniform, y_pred, from_logits=from_logits)
        return (1 - label_smoothing) * plain + label_smoothing * spread

    logits = LOGITS.astype("float32")
    loss = SmoothedCrossEntropy(0.1, reduction="none", class_weights=(1.0, 2.0, 3.0))
    results = []
    for function in (without, smoothing):
        monkeypatch.setattr(keras.losses, "sparse_categorical_crossentropy", function)
        labels = (IDS, IDS[:, None], np.array([0, 3]), np.array([0.5, 2]))
        results.append([keras.ops.convert_to_numpy(loss(each, logits)) for each in labels])
    np.testing.assert_allclose(*results, rtol=1e-6)
    assert np.isnan(results[1]).tolist() == [[False] * 2] * 2 + [[False, True], [True, False]]
    assert calls == [0.1] * 4


def test_mixed_labels_keep_their_shares():
    """A MixUp row of 0.3 and 0.7: the loss is the mix of the two losses."""
    loss = SmoothedCrossEntropy(0.1)
    logits = LOGITS[:1].astype("float32")
    mixed = float(loss(np.array([[0.3, 0.7, 0.0]], "float32"), logits))
    parts = 0.3 * float(loss([0], logits)) + 0.7 * float(loss([1], logits))
    assert mixed == pytest.approx(parts, rel=1e-6)


def test_survives_its_config():
    loss = SmoothedCrossEntropy(0.1, from_logits=False, reduction="sum", name="mine")
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert isinstance(copy, SmoothedCrossEntropy)
    assert copy.get_config() == loss.get_config()
    assert copy.get_config()["label_smoothing"] == 0.1
    assert copy.get_config()["from_logits"] is False


@pytest.mark.parametrize("smoothing", [2.0, 1, -1e-9, True, "a lot"])
def test_smoothing_outside_its_range(smoothing):
    with pytest.raises(RecipeError, match=r"SmoothedCrossEntropy\.label_smoothing must be in"):
        SmoothedCrossEntropy(smoothing)


def test_from_logits_must_be_a_bool():
    with pytest.raises(RecipeError, match="from_logits must be True or False; got 'no'"):
        SmoothedCrossEntropy(from_logits="no")


@pytest.mark.parametrize("shape", [(2, 1), (2,), (2, 4, 3)])
def test_predictions_of_another_shape(shape):
    with pytest.raises(RecipeError, match="y_pred must have the shape"):
        SmoothedCrossEntropy()(IDS, np.zeros(shape, "float32"))


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_fit_with_ids_in_training_and_one_hot_in_validation(policy):
    ids = np.tile(np.arange(3), 240)
    x = np.eye(3, dtype="float32")[ids]
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, dtype=policy)])
    model.compile(keras.optimizers.SGD(1.0), loss=SmoothedCrossEntropy(0.1))
    before = model.evaluate(x, ids, verbose=0)
    history = model.fit(x, ids, 12, validation_data=(x[:12], x[:12]), verbose=0).history
    # The least possible loss is the entropy of (0.9333, 0.0333, 0.0333).
    entropy = -(0.9 + 0.1 / 3) * math.log(0.9 + 0.1 / 3) - 2 * (0.1 / 3) * math.log(0.1 / 3)
    assert before > 0.7
    assert entropy - 1e-3 < history["val_loss"][-1] < entropy + 0.03
