"""Every loss of the factory against NumPy in float64, in every precision and form of label."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.errors import RecipeError
from keras_recipes.losses import classification_loss

GENERATOR = np.random.default_rng(0)
# Eighths within +-4 are exact in float16 and bfloat16, so each precision must give float32's loss.
LOGITS = GENERATOR.integers(-32, 33, (6, 4)) / 8
IDS = np.array([0, 3, 1, 2, 3, 0])
MIXED = 0.75 * np.eye(4)[IDS] + 0.25 * np.eye(4)[IDS[::-1]]
WEIGHTS = (0.5, 1.0, 2.0, 4.0)


def smoothed(rows, smoothing):
    return (1 - smoothing) * rows + smoothing / rows.shape[-1]


def cross_entropy(rows, logits, smoothing):
    log_share = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return -(smoothed(rows, smoothing) * log_share).sum(-1)


def binary(rows, logits, smoothing, threshold=None, total=False):
    rows = smoothed(rows if threshold is None else 1.0 * (rows > threshold), smoothing)
    values = rows * np.logaddexp(0, -logits) + (1 - rows) * np.logaddexp(0, logits)
    return values.sum(-1) if total else values.mean(-1)


def focal(rows, logits, smoothing, gamma=2.0):
    log_share = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    return -(smoothed(rows, smoothing) * (1 - np.exp(log_share)) ** gamma * log_share).sum(-1)


CASES = {
    "cross_entropy": ({"kind": "cross_entropy"}, cross_entropy),
    "binary": ({"kind": "binary_cross_entropy"}, binary),
    "binary-sum": (
        {"kind": "binary_cross_entropy", "sum_classes": True},
        lambda *given: binary(*given, total=True),
    ),
    "binary-threshold": (
        {"kind": "binary_cross_entropy", "target_threshold": 0.2},
        lambda *given: binary(*given, threshold=0.2),
    ),
    "focal": ({"kind": "focal"}, focal),
    "focal-0": ({"kind": "focal", "gamma": 0.0}, cross_entropy),
    "focal-0.5": ({"kind": "focal", "gamma": 0.5}, lambda *given: focal(*given, gamma=0.5)),
}
each_loss = pytest.mark.parametrize(("options", "reference"), CASES.values(), ids=CASES)


@each_loss
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_against_numpy(options, reference, dtype, smoothing):
    loss = classification_loss(**options, label_smoothing=smoothing, reduction="none")
    logits = keras.ops.cast(LOGITS, dtype)
    for labels in (IDS, IDS[:, None], np.eye(4)[IDS], MIXED.astype("float32")):
        values = loss(labels, logits)
        assert keras.backend.standardize_dtype(values.dtype) == "float32"
        rows = labels if labels.ndim == 2 and labels.shape[1] == 4 else np.eye(4)[IDS]
        expected = reference(np.asarray(rows, "float64"), LOGITS, smoothing)
        np.testing.assert_allclose(values, expected, rtol=2e-6)


@each_loss
def test_a_weighted_example_counts_by_its_share_of_each_class(options, reference):
    loss = classification_loss(**options, class_weights=WEIGHTS, label_smoothing=0.1)
    for labels, rows in ((IDS, np.eye(4)[IDS]), (MIXED, MIXED)):
        expected = (rows @ np.array(WEIGHTS) * reference(rows, LOGITS, 0.1)).mean()
        assert float(loss(labels, LOGITS)) == pytest.approx(expected, rel=2e-6)


@each_loss
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_extreme_logits_have_a_finite_loss_and_gradient(options, reference, dtype):
    extreme = np.array([[1e4, -1e4, 0, 0], [-1e4, 1e4, 1e4, 0], [0, 0, 0, 0], [64, -64, -64, -64]])
    logits = tf.Variable(tf.cast(extreme, dtype))
    loss = classification_loss(**options, label_smoothing=0.1, reduction="none")
    with tf.GradientTape() as tape:
        values = loss(np.zeros(4, "int32"), logits)
    exact = tf.cast(logits, "float64").numpy()  # 1e4 is 9984 in bfloat16
    expected = reference(np.eye(4)[[0, 0, 0, 0]], exact, 0.1)
    np.testing.assert_allclose(values, expected, rtol=1e-5)
    gradient = tape.gradient(values, logits)
    assert gradient.dtype == logits.dtype
    assert np.isfinite(gradient.numpy().astype("float32")).all()
    wrong = np.abs(gradient.numpy().astype("float32")[1])
    assert wrong.max() > 0.1  # confidently wrong, it still learns


@each_loss
def test_gradients_are_those_of_finite_differences(options, reference):
    loss = classification_loss(**options, label_smoothing=0.1, class_weights=WEIGHTS)
    logits = tf.Variable(LOGITS.astype("float32"))
    with tf.GradientTape() as tape:
        value = loss(MIXED, logits)
    weights = MIXED @ np.array(WEIGHTS)
    steps = 1e-5 * np.eye(LOGITS.size).reshape(-1, *LOGITS.shape)

    def at(where):
        return (weights * reference(MIXED, where, 0.1)).mean()

    differences = [(at(LOGITS + step) - at(LOGITS - step)) / 2e-5 for step in steps]
    gradient = tape.gradient(value, logits).numpy().ravel()
    np.testing.assert_allclose(gradient, differences, atol=1e-6)


@each_loss
def test_probabilities(options, reference):
    binary_kind = options["kind"] == "binary_cross_entropy"
    shares = keras.ops.sigmoid(LOGITS) if binary_kind else keras.ops.softmax(LOGITS)
    loss = classification_loss(**options, label_smoothing=0.1, from_logits=False)
    expected = reference(MIXED, LOGITS, 0.1).mean()
    assert float(loss(MIXED, shares)) == pytest.approx(expected, rel=1e-5)


@each_loss
def test_an_id_that_is_no_class_shows_as_nan(options, reference):
    loss = classification_loss(**options, reduction="none")
    values = np.asarray(loss(np.array([1.0, -1, 4, 0.5], "float32"), LOGITS[:4]))
    assert np.isnan(values).tolist() == [False, True, True, True]


@each_loss
def test_survives_its_config(options, reference):
    loss = classification_loss(
        **options, label_smoothing=0.1, class_weights=WEIGHTS, reduction="sum", name="mine"
    )
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is type(loss)
    assert copy.get_config() == loss.get_config()
    assert float(copy(MIXED, LOGITS)) == float(loss(MIXED, LOGITS))


def test_the_focal_loss_is_that_of_keras():
    theirs = keras.losses.CategoricalFocalCrossentropy(
        alpha=1.0, gamma=2.0, from_logits=True, label_smoothing=0.2
    )
    ours = classification_loss("focal", gamma=2.0, label_smoothing=0.2)
    assert float(ours(MIXED, LOGITS)) == pytest.approx(
        float(theirs(MIXED.astype("float32"), LOGITS.astype("float32"))), rel=1e-6
    )


def test_binary_cross_entropy_is_that_of_keras_but_for_the_smoothing():
    """Keras smooths towards one half, which among many classes says that most are present."""
    rows, logits = MIXED.astype("float32"), LOGITS.astype("float32")
    plain = keras.losses.BinaryCrossentropy(from_logits=True)
    assert float(classification_loss("binary_cross_entropy")(rows, logits)) == pytest.approx(
        float(plain(rows, logits)), rel=1e-6
    )
    ours = classification_loss("binary_cross_entropy", label_smoothing=0.2)(rows, logits)
    spread = 0.8 * rows + 0.2 / 4
    assert float(ours) == pytest.approx(float(plain(spread, logits)), rel=1e-6)
    theirs = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.2)(rows, logits)
    halfway = 0.8 * rows + 0.2 / 2
    assert float(theirs) == pytest.approx(float(plain(halfway, logits)), rel=1e-6)
    assert float(theirs) != pytest.approx(float(ours), rel=1e-3)


def test_the_threshold_comes_before_smoothing():
    """Both of two mixed classes are taught as present; timm smooths first, and loses it."""
    loss = classification_loss(
        "binary_cross_entropy", label_smoothing=0.1, target_threshold=0.2, sum_classes=True
    )
    zero = np.zeros((1, 4), "float32")
    with tf.GradientTape() as tape:
        logits = tf.Variable(zero)
        value = loss(np.array([[0.7, 0.3, 0, 0]], "float32"), logits)
    taught = 0.5 - tape.gradient(value, logits).numpy()
    np.testing.assert_allclose(taught, [[0.925, 0.925, 0.025, 0.025]], rtol=1e-6)
    few = classification_loss("binary_cross_entropy", target_threshold=0.2)
    one = few(np.array([[0.85, 0.15, 0, 0]]), LOGITS[:1])
    assert float(one) == float(few([0], LOGITS[:1]))


def test_keras_weighs_ids_in_the_same_way():
    x, y = np.eye(4, dtype="float32")[IDS], IDS
    values = []
    for weights, fit_weights in ((WEIGHTS, None), (None, dict(enumerate(WEIGHTS)))):
        dense = keras.layers.Dense(4, use_bias=False, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((4,)), dense])
        loss = classification_loss(label_smoothing=0.1, class_weights=weights)
        model.compile(keras.optimizers.SGD(0.5), loss)
        model.fit(x, y, 6, epochs=2, class_weight=fit_weights, verbose=0)
        values.append(model.get_weights()[0])
    np.testing.assert_allclose(*values, rtol=1e-5)
    assert np.ptp(values[0]) > 0.1


MISTAKES = [
    ({"kind": "focl"}, "kind must be a kind of loss; got 'focl'. Did you mean 'focal'?"),
    ({"gamma": 2.0}, "gamma is not an option of 'cross_entropy'"),
    ({"kind": "focal", "sum_classes": True}, "sum_classes is not an option of 'focal'"),
    ({"kind": "focal", "gamma": -1}, "SoftmaxFocalLoss.gamma must be at least 0; got -1"),
    ({"kind": "focal", "gamma": float("nan")}, "gamma must be at least 0; got nan"),
    ({"kind": "binary_cross_entropy", "target_threshold": 1}, "target_threshold must be None or"),
    ({"kind": "binary_cross_entropy", "sum_classes": 1}, "sum_classes must be True or False"),
    ({"label_smoothing": 1.5}, "SmoothedCrossEntropy.label_smoothing must be in [0, 1)"),
    ({"class_weights": (1.0, -1.0)}, "class_weights must be finite and at least 0"),
    ({"class_weights": (1.0, float("inf"))}, "class_weights must be finite"),
    ({"class_weights": (0.0, 0.0)}, "class_weights must not all be 0"),
    ({"class_weights": ("a", "b")}, "class_weights must be a tuple of numbers"),
    ({"class_weights": "balanced"}, "class_weights must be a tuple of numbers"),
    ({"class_weights": 3.0}, "class_weights must be a tuple of numbers"),
    ({"class_weights": {0: 1.0, 1: 2.0}}, "class_weights must be a tuple of numbers"),
]


@pytest.mark.parametrize(("options", "says"), MISTAKES)
def test_mistakes_are_told(options, says):
    with pytest.raises(RecipeError) as raised:
        classification_loss(**options)
    assert says in str(raised.value)


def test_another_number_of_weights_than_of_classes():
    loss = classification_loss(class_weights=(1.0, 2.0, 3.0))
    with pytest.raises(RecipeError, match="class_weights has 3 weights for 4 classes"):
        loss(IDS, LOGITS)
