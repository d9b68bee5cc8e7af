"""GradientNoiseScale: the noise scale of problems where it is known, and a fit left as it was."""

import hashlib
import json
import math
import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from keras_recipes.errors import RecipeError
from keras_recipes.model_state import state_variables
from keras_recipes.tuning import GradientNoiseScale, estimate_noise_scale
from keras_recipes.tuning.batch_gradient import BatchGradient, inner_products
from keras_recipes.tuning.small_batches import small_batches

X, Y = load_digits(return_X_y=True)
X = (X / 16).astype("float32")


def linear_model(start, loss="mse", optimizer=None):
    """One that never moves from where it starts."""
    inputs = keras.Input((len(start),))
    model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False)(inputs))
    model.set_weights([np.array(start, "float32")[:, None]])
    model.compile(optimizer or keras.optimizers.SGD(0.0), loss)
    return model


class Regression:
    """Batches of x ~ N(0, 1) and y = noise, without end: the gradient at w is 2 (w x - y) x."""

    def __init__(self, dimensions, noise, size):
        self.shape, self.noise = (size, dimensions), noise

    def __iter__(self):
        random = np.random.default_rng(3)
        while True:
            x = random.normal(size=self.shape).astype("float32")
            yield x, (self.noise * random.normal(size=(len(x), 1))).astype("float32")


def test_linear_regression_in_closed_form():
    # E|g|^2 = 4 ((d + 2) |w|^2 + d noise^2) and |G|^2 = 4 |w|^2, by the normal's fourth moments.
    start, noise = np.array([0.5, -0.3, 0.1, 0.2]), 1.5
    square = 4 * np.sum(start**2)
    variance = 4 * (5 * np.sum(start**2) + 4 * noise**2)
    model = linear_model(start)
    callback = GradientNoiseScale(Regression(4, noise, 8), factor=8, every_steps=1)
    model.fit(np.zeros((240, 4)), np.zeros((240, 1)), batch_size=1, verbose=0, callbacks=[callback])
    assert [each.step for each in callback.history] == list(range(240))
    assert callback.not_finite == 0
    for name, truth in (("squared_gradient", square), ("gradient_variance", variance)):
        values = np.array([getattr(each, name) for each in callback.history])
        assert abs(values.mean() - truth) < 3.5 * values.std() / math.sqrt(240), name
    found = estimate_noise_scale(callback.history)
    assert found.low <= variance / square <= found.high
    assert found.high / found.low < 1.8
    groups = [estimate_noise_scale(callback.history[n : n + 12]) for n in range(0, 240, 12)]
    usable = [each for each in groups if each.value is not None]
    assert len(usable) >= 15
    held = sum(each.low <= variance / square <= each.high for each in usable)
    assert held >= len(usable) - 4  # fewer with a probability below 0.001
    over = callback.over_training().average
    assert over.low <= variance / square <= over.high


def exact_noise_scale(model, x, y, weight=None):
    """tr(Sigma) / |G|^2 over the examples of a data set, from the gradient of each."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
    gradients = []
    for n in range(len(x)):
        with tf.GradientTape() as tape:
            value = loss(y[n : n + 1], model(x[n : n + 1], training=False))[0]
            value = value * (1.0 if weight is None else weight[n])
        parts = tape.gradient(value, model.trainable_weights)
        gradients.append(np.concatenate([np.ravel(part) for part in parts]))
    gradients = np.array(gradients, np.float64)
    mean = gradients.mean(axis=0)
    square = np.sum(mean**2)
    return (np.square(gradients).sum(axis=1).mean() - square) / square


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_a_network_on_digits_against_the_gradient_of_each_example(policy):
    keras.utils.set_random_seed(0)
    x, y = X[:200], Y[:200]
    weight = np.linspace(0.1, 2, 200).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(16, activation="relu", dtype=policy),
            keras.layers.Dense(10, dtype="float32"),
        ]
    )
    optimizer = keras.optimizers.SGD(0.0)
    if policy == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    truth = exact_noise_scale(model, x, y, weight)
    callback = GradientNoiseScale((x, y, weight), small_batch=10, every_steps=1)
    model.fit(x, y, batch_size=4, verbose=0, callbacks=[callback])
    found = estimate_noise_scale(callback.history)
    assert found.low <= truth <= found.high
    assert found.high / found.low < 1.35


def model_with(optimizer, policy="float32", **compiled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(32, activation="relu", dtype=policy, kernel_regularizer="l2"),
            keras.layers.BatchNormalization(dtype=policy),
            keras.layers.Dropout(0.2, dtype=policy),
            keras.layers.GaussianNoise(0.1, dtype=policy),
            keras.layers.Dense(10, dtype="float32"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], **compiled)
    return model


def digest(model):
    total = hashlib.sha256()
    for each in [*state_variables(model), *model.metrics_variables]:
        total.update(np.ascontiguousarray(keras.ops.convert_to_numpy(each)).tobytes())
    return total.hexdigest()


@pytest.mark.parametrize(
    ("policy", "compiled"),
    [
        ("float32", {}),
        ("mixed_float16", {}),
        ("mixed_bfloat16", {"steps_per_execution": 5}),
    ],
)
def test_the_fit_is_to_the_bit_what_it_would_have_been(policy, compiled):
    histories, digests = [], []
    for measured in (False, True):
        optimizer = keras.optimizers.Adam(1e-3)
        if policy == "mixed_float16":
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        model = model_with(optimizer, policy, **compiled)
        callback = GradientNoiseScale((X, Y), small_batch=8, factor=8, every_steps=5)
        history = model.fit(
            X[:1280], Y[:1280], batch_size=64, epochs=2, verbose=0,
            validation_data=(X[1280:], Y[1280:]), callbacks=[callback] if measured else [],
        ).history  # fmt: skip
        logged = history.pop("noise_scale", None)
        histories.append(history)
        digests.append(digest(model))
    assert histories[0] == histories[1]
    assert digests[0] == digests[1]
    assert [each.step for each in callback.history] == list(range(0, 40, 5))
    assert len(logged) == 2
    assert all(math.isnan(each) or each > 0 for each in logged)


def test_a_dataset_of_its_own_leaves_the_shuffling_of_fit_alone():
    def shuffled():
        return tf.data.Dataset.from_tensor_slices((X[:320], Y[:320])).shuffle(320, seed=3).batch(32)

    digests = []
    for callbacks in ([], [GradientNoiseScale(shuffled(), factor=4, every_steps=5)]):
        model = model_with("sgd")
        model.fit(shuffled(), epochs=2, shuffle=False, verbose=0, callbacks=callbacks)
        digests.append(digest(model))
    assert digests[0] == digests[1]


def test_inner_products_of_many_vectors_block_by_block():
    vectors = np.random.default_rng(0).normal(size=(200, 25_000)).astype("float32")
    vectors[3, -1] = np.inf  # in the last block: its products alone are not finite
    found = inner_products([tf.constant(each) for each in vectors])
    finite = np.arange(200) != 3
    assert not np.isfinite(found[3]).any()
    expected = vectors[finite].astype("float64") @ vectors[finite].T.astype("float64")
    np.testing.assert_allclose(found[finite][:, finite], expected, rtol=1e-9, atol=1e-9)


def test_rows_are_drawn_from_tensors_as_from_arrays():
    drawn = [
        [np.asarray(leaf) for batch, _ in draw(np.random.default_rng(1), 2) for leaf in batch[:2]]
        for draw in (
            small_batches("here", (X, Y), 8),
            small_batches("here", (tf.constant(X), tf.constant(Y)), 8),
        )
    ]
    assert all(np.array_equal(a, b) for a, b in zip(*drawn, strict=True))


def test_an_iterable_goes_on_where_it_was_and_begins_again():
    seen = []

    class Batches:
        def __iter__(self):
            for start in (0, 8, 16, 24):
                seen.append(start)
                yield X[start : start + 8], Y[start : start + 8]
            yield X[:3], Y[:3]  # smaller, and passed over

    model = model_with("sgd")
    callback = GradientNoiseScale(Batches(), factor=4, every_steps=1)
    model.fit(X[:20], Y[:20], batch_size=10, verbose=0, callbacks=[callback])
    assert seen == [0, 8, 16, 24] * 2


class Numbered(keras.utils.PyDataset):
    def __len__(self):
        return 9

    def __getitem__(self, index):
        return X[index * 8 : index * 8 + 8], Y[index * 8 : index * 8 + 8]


@pytest.mark.parametrize(
    "data", [(X, Y), Numbered(), tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)]
)
def test_a_seed_gives_the_same_again_and_all_kinds_of_data_work(data):
    found = []
    for seed in (0, 0, 1):
        callback = GradientNoiseScale(data, factor=4, every_steps=1, seed=seed)
        model_with("sgd").fit(X[:20], Y[:20], batch_size=10, verbose=0, callbacks=[callback])
        found.append(callback.history)
    assert found[0] == found[1]
    assert len({each.squared_gradient for each in found[0]}) == 2
    assert (found[0] == found[2]) == isinstance(data, tf.data.Dataset)


@pytest.mark.parametrize(
    ("steps_per_execution", "measured"), [(1, [0, 3, 6, 9, 12, 15, 18]), (4, [0, 4, 8, 10, 14, 18])]
)
def test_a_state_in_json_goes_on_to_the_same_measurements(steps_per_execution, measured):
    compiled = {"steps_per_execution": steps_per_execution}

    def callback():
        return GradientNoiseScale((X, Y), small_batch=8, factor=4, every_steps=3)

    class Resume(keras.callbacks.Callback):
        def __init__(self, callback, state):
            super().__init__()
            self.callback, self.state = callback, state

        def on_train_begin(self, logs=None):
            self.callback.set_state(self.state)

    def fit(model, epochs, callbacks):
        model.fit(X[:80], Y[:80], batch_size=8, epochs=epochs, shuffle=False, verbose=0,
                  callbacks=callbacks)  # fmt: skip

    whole, first, second = callback(), callback(), callback()
    fit(model_with(keras.optimizers.SGD(0.1), **compiled), 2, [whole])
    model = model_with(keras.optimizers.SGD(0.1), **compiled)
    fit(model, 1, [first])
    state = json.loads(json.dumps(first.get_state()))
    fit(model, 1, [second, Resume(second, state)])
    assert [each.step for each in whole.history] == measured
    assert second.history == whole.history
    assert second.estimate(last=3) == estimate_noise_scale(whole.history[-3:])
    with pytest.raises(RecipeError, match=r"estimate.last must be a whole number, at least 1"):
        second.estimate(last=0)
    with pytest.raises(RecipeError, match="must be given step, next, not_finite, .*; got nothing"):
        second.set_state({})


def test_what_is_not_finite_is_counted_and_left_out():
    x = X.copy()
    x[:900] = np.nan
    callback = GradientNoiseScale((x, Y), small_batch=1, factor=4, every_steps=1)
    model = linear_model([0.1] * 64)
    model.fit(X[:50], Y[:50], batch_size=1, verbose=0, callbacks=[callback])
    assert callback.not_finite > 10
    assert callback.not_finite + len(callback.history) == 50


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"factor": 3}, "factor"),
        ({"every_steps": 0}, "every_steps"),
        ({"window": 0}, "window"),
        ({"seed": -1}, "seed"),
        ({"small_batch": 0}, "small_batch"),
        ({"small_batch": 1798}, "small_batch"),
        ({"data": (X, Y[:-1])}, "data"),
        ({"data": X}, "data"),
        ({"data": None}, "data"),
        ({"data": iter([(X, Y)])}, "data"),
        ({"data": [(X, Y)], "small_batch": 8}, "small_batch"),
        ({"data": Numbered(), "small_batch": 8}, "small_batch"),
    ],
)
def test_arguments_out_of_range(arguments, where):
    arguments = {"data": (X, Y), **arguments}
    with pytest.raises(RecipeError) as caught:
        GradientNoiseScale(arguments.pop("data"), **arguments)
    assert caught.value.where == f"GradientNoiseScale.{where}"


def test_one_device_and_tensorflow_alone(monkeypatch):
    two = types.SimpleNamespace(num_replicas_in_sync=2)
    with pytest.raises(RecipeError, match="on one device; the model is on 2"):
        BatchGradient(types.SimpleNamespace(distribute_strategy=two))
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(RecipeError, match="works on TensorFlow only; the backend is jax"):
        GradientNoiseScale((X, Y))


def test_what_cannot_be_measured():
    def fit(model, data=(X, Y)):
        callbacks = [GradientNoiseScale(data, factor=4)]
        model.fit(X[:32], Y[:32], verbose=0, callbacks=callbacks)

    with pytest.raises(RecipeError, match="must be a mean over the batch"):
        fit(linear_model([0.0] * 64, keras.losses.MeanSquaredError(reduction="sum")))
    frozen = model_with("sgd")
    frozen.trainable = False
    frozen.compile("sgd", frozen.loss)
    unbuilt = keras.Sequential([keras.layers.Dense(1)])
    unbuilt.compile("sgd", "mse")
    with pytest.raises(RecipeError, match=r"built as training begins.*keras\.Input"):
        fit(unbuilt)
    with pytest.raises(RecipeError, match="weights that train"):
        fit(frozen)
    with pytest.raises(RecipeError, match="at least 2 batches of one size"):
        fit(model_with("sgd"), [(X, Y)])
    with pytest.raises(RecipeError, match="at least 2 batches of one size"):
        fit(model_with("sgd"), tf.data.Dataset.from_tensor_slices((X, Y)).batch(5000))
    with pytest.raises(RecipeError, match="must hold batches"):
        fit(model_with("sgd"), [X[:8], X[8:16]])
