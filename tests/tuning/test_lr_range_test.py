"""LRRangeTest: true losses of batches, rates as asked, and a model as it was, to the bit."""

import hashlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from keras_recipes.callbacks import AveragedWeights
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import ModelState, state_variables
from keras_recipes.optimizers import average_weights, find_average
from keras_recipes.schedules import TableSchedule
from keras_recipes.tuning import LRRangeTest, find_lr

X, Y = load_digits(return_X_y=True)
X = (X / 16).astype("float32")


def model_with(optimizer, policy="float32", **compiled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(32, activation="relu", dtype=policy),
            keras.layers.BatchNormalization(dtype=policy),
            keras.layers.Dropout(0.2, dtype=policy),
            keras.layers.Dense(10, dtype="float32"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], **compiled)
    return model


def train(model, epochs=1):
    return model.fit(X[:640], Y[:640], batch_size=64, epochs=epochs, verbose=0).history


def digest(model):
    total = hashlib.sha256()
    for each in [*state_variables(model), *model.metrics_variables]:
        total.update(np.ascontiguousarray(keras.ops.convert_to_numpy(each)).tobytes())
    return total.hexdigest()


def cosine():
    return keras.optimizers.schedules.CosineDecay(0.05, 100)


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "adam with a schedule": lambda: keras.optimizers.Adam(cosine()),
    "ema": lambda: keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9),
    "adamw": lambda: keras.optimizers.AdamW(1e-3),
    "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.05)),
    "loss scale with a schedule": lambda: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(cosine())
    ),
    "a rate that is a function": lambda: keras.optimizers.SGD(lambda: 0.05),
    "our schedule": lambda: keras.optimizers.SGD(TableSchedule(np.linspace(0.05, 0.01, 40))),
    # Ten batches of training are three updates of three and one batch of the next.
    "accumulated": lambda: keras.optimizers.Adam(1e-3, gradient_accumulation_steps=3),
    "loss scale, accumulated, with a schedule": lambda: keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(cosine(), gradient_accumulation_steps=3)
    ),
}
HALF = [
    ("sgd", "mixed_bfloat16"),
    ("adam with a schedule", "mixed_bfloat16"),
    ("loss scale", "mixed_float16"),
    ("loss scale, accumulated, with a schedule", "mixed_float16"),
]


@pytest.mark.parametrize(
    ("optimizer", "policy"), [*((each, "float32") for each in OPTIMIZERS), *HALF]
)
def test_training_after_a_test_is_training_without_it(optimizer, policy):
    histories, digests = [], []
    for tested in (False, True):
        model = model_with(OPTIMIZERS[optimizer](), policy)
        first = train(model)
        if tested:
            before, function = digest(model), model.train_function
            find_lr(model, (X, Y), batch_size=64, steps=25, repeats=2)
            assert digest(model) == before
            assert model.train_function is function
        histories.append((first, train(model, 2)))
        digests.append(digest(model))
    assert histories[0] == histories[1]
    assert digests[0] == digests[1]


def test_before_any_training():
    histories = []
    for tested in (False, True):
        model = model_with(keras.optimizers.Adam(cosine()))
        if tested:
            test = LRRangeTest(steps=20)
            assert model.fit(X, Y, batch_size=64, verbose=0, callbacks=[test]).epoch == [0]
        histories.append(train(model, 2))
    assert histories[0] == histories[1]


@pytest.mark.parametrize("rate", [0.05, "a schedule"])
def test_our_averaged_weights_too(rate):
    results = []
    for tested in (False, True):
        model = model_with("sgd")
        optimizer = keras.optimizers.SGD(cosine() if rate == "a schedule" else rate)
        # With batch normalisation's statistics among what is averaged.
        model.compile(average_weights(optimizer, model, 0.9), model.loss, metrics=["accuracy"])
        fit = {"batch_size": 64, "verbose": 0, "callbacks": [AveragedWeights()]}
        model.fit(X[:640], Y[:640], **fit)
        if tested:
            before = digest(model)
            find_lr(model, (X, Y), batch_size=64, steps=20)
            assert digest(model) == before
        results.append((model.fit(X[:640], Y[:640], epochs=2, **fit).history, digest(model)))
    assert find_average(model.optimizer) is not None
    assert results[0] == results[1]


@pytest.mark.parametrize("moment", ["on_epoch_end", "on_train_batch_end"])
def test_in_the_middle_of_a_fit(moment):
    class Test(keras.callbacks.Callback):
        tests = 0

        def on_train_batch_end(self, batch, logs=None):
            if moment == "on_train_batch_end" and batch == 4:
                self.test()

        def on_epoch_end(self, epoch, logs=None):
            if moment == "on_epoch_end":
                self.test()

        def test(self):
            find_lr(self.model, (X, Y), batch_size=64, steps=20)
            Test.tests += 1

    results = []
    for callbacks in ([], [Test()]):
        model = model_with(keras.optimizers.Adam(cosine()))
        history = model.fit(
            X[:640], Y[:640], batch_size=64, epochs=2, verbose=0, callbacks=callbacks
        )
        results.append((history.history, digest(model)))
    assert Test.tests == 2
    assert results[0] == results[1]


@pytest.mark.parametrize("scheduled", [False, True])
def test_losses_are_the_batches_own_at_rates_that_grow(scheduled):
    rate = cosine() if scheduled else 0.3
    model = model_with(keras.optimizers.SGD(rate))
    start = model.get_weights()
    test = LRRangeTest(1e-4, 1.0, steps=20, divergence=1e9)
    model.fit(X[:1280], Y[:1280], batch_size=64, shuffle=False, verbose=0, callbacks=[test])
    # The same by hand: train_on_batch after a reset gives the loss of its batch alone.
    by_hand = model_with(keras.optimizers.SGD(0.3))
    by_hand.set_weights(start)
    losses = []
    for n, lr in enumerate(test.rates):
        by_hand.optimizer.learning_rate = lr
        by_hand.reset_metrics()
        part = slice(64 * n, 64 * (n + 1))
        losses.append(by_hand.train_on_batch(X[part], Y[part])[0])
    np.testing.assert_allclose(test.losses, losses, rtol=1e-5)
    np.testing.assert_allclose(test.rates, np.geomspace(1e-4, 1, 20), rtol=1e-6)


def test_accumulated_batches_are_one_update_at_one_rate():
    def linear(**accumulation):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.1, **accumulation), loss)
        return model

    def losses(model, batch_size):
        test = LRRangeTest(1e-4, 1.0, steps=20, divergence=1e9)
        model.fit(X, Y, batch_size=batch_size, epochs=2, shuffle=False, verbose=0, callbacks=[test])
        return test.losses

    # The mean gradient of three batches is that of one three times as large.
    accumulated = losses(linear(gradient_accumulation_steps=3), 24)
    assert len(accumulated) == 20
    np.testing.assert_allclose(accumulated, losses(linear(), 72), rtol=1e-5)
    found = find_lr(linear(gradient_accumulation_steps=3), (X, Y), steps=20, divergence=1e9)
    assert len(found.curves[0].losses) == 20


def test_it_ends_when_the_loss_diverges_or_is_not_a_number():
    def ended(max_lr):
        test = LRRangeTest(1e-4, max_lr, steps=40)
        model = model_with(keras.optimizers.SGD(0.1))
        model.fit(X, Y, batch_size=32, epochs=2, verbose=0, callbacks=[test])
        return test

    assert len(ended(0.1).losses) == 40
    assert len(ended(1e6).losses) < 40
    wild = ended(1e30)
    assert len(wild.losses) < 40
    assert np.isfinite(wild.curve.smoothed[:10]).all()


def test_a_nearly_trained_model_is_tested_to_the_end():
    model = model_with(keras.optimizers.Adam(1e-2))
    train(model, 15)
    test = LRRangeTest(1e-6, 1e-2, steps=40)
    model.fit(X[:640], Y[:640], batch_size=16, verbose=0, callbacks=[test])
    assert len(test.losses) == 40


class Numbers(keras.utils.PyDataset):
    """Thirty batches of one example, each full of its number."""

    def __len__(self):
        return 30

    def __getitem__(self, index):
        return np.full((1, 64), index, "float32"), Y[index : index + 1]


def trained_on(data, **options):
    """The numbers that batches of `Numbers` had, in the order in which they were trained on."""
    inputs = keras.Input((64,))
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs) * 0.0 + inputs[:, :1])
    model.compile("sgd", loss=lambda y, outputs: keras.ops.mean(outputs))
    found = find_lr(model, data, steps=20, divergence=1e9, **options)
    return [np.rint(curve.losses).astype(int).tolist() for curve in found.curves]


def test_each_repeat_has_batches_of_its_own():
    first, second = trained_on(Numbers(), repeats=2)
    assert len(set(first)) == len(set(second)) == 20
    assert first != second
    assert trained_on(Numbers(), repeats=2) == [first, second]
    assert trained_on(Numbers(), seed=1) != [first]
    dataset = tf.data.Dataset.from_tensor_slices(
        (np.repeat(np.arange(30, dtype="float32")[:, None], 64, axis=1), Y[:30])
    )
    in_order = trained_on(dataset.batch(1), repeats=2)
    assert in_order == [list(range(20)), [*range(20, 30), *range(10)]]


def test_a_stop_that_was_asked_for_stays():
    class StopAndLook(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True
            find_lr(self.model, (X, Y), steps=20)

    model = model_with(keras.optimizers.SGD(0.1))
    history = model.fit(X[:64], Y[:64], epochs=3, verbose=0, callbacks=[StopAndLook()])
    assert history.epoch == [0]


def test_an_error_in_fit_leaves_the_model_as_it_was():
    class Broken(keras.utils.PyDataset):
        def __len__(self):
            return 30

        def __getitem__(self, index):
            if index == 12:
                raise OSError("the disk is gone")
            return X[:32], Y[:32]

    model = model_with(keras.optimizers.SGD(0.1))
    train(model)
    before = digest(model)
    with pytest.raises(Exception, match="the disk is gone"):
        find_lr(model, Broken(), steps=25)
    assert digest(model) == before


def test_the_suggestion_trains():
    model = model_with(keras.optimizers.SGD(1e-5, momentum=0.9))
    found = find_lr(model, (X[:1280], Y[:1280]), batch_size=64, repeats=3)
    assert found.low <= found.rate <= found.high
    model.optimizer.learning_rate = found.rate
    assert train(model, 3)["accuracy"][-1] > 0.8


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"min_lr": 1.0, "max_lr": 0.1}, "LRRangeTest.max_lr"),
        ({"min_lr": 0}, "LRRangeTest.min_lr"),
        ({"max_lr": float("nan")}, "LRRangeTest.max_lr"),
        ({"steps": 5}, "LRRangeTest.steps"),
        ({"divergence": 1}, "LRRangeTest.divergence"),
        ({"rule": "eye"}, "find_lr.rule"),
        ({"repeats": 0}, "find_lr.repeats"),
        ({"batch_size": 5000}, "find_lr.batch_size"),
        ({"batch_size": 16.5}, "find_lr.batch_size"),
        ({"seed": -1}, "find_lr.seed"),
        ({"min_lr": 1.0, "max_lr": 1.0000001}, "LRRangeTest.max_lr"),
        ({"max_lr": 1e39}, "LRRangeTest.max_lr"),
    ],
)
def test_arguments_out_of_range(arguments, where):
    with pytest.raises(RecipeError) as caught:
        find_lr(model_with(keras.optimizers.SGD(0.1)), (X, Y), **arguments)
    assert caught.value.where == where


def test_what_cannot_be_tested():
    model = model_with(keras.optimizers.SGD(0.1))
    with pytest.raises(RecipeError, match="not compiled"):
        find_lr(keras.Sequential([keras.layers.Dense(1)]), (X, Y))
    with pytest.raises(RecipeError, match="of one length"):
        find_lr(model, (X, Y[:-1]))
    with pytest.raises(RecipeError, match="tf.data.Dataset"):
        find_lr(model, X)
    with pytest.raises(RecipeError, match="steps_per_execution"):
        find_lr(model_with("sgd", steps_per_execution=4), (X, Y))
    several = keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.1))
    rates = keras.optimizers.MultiOptimizer(several)
    with pytest.raises(RecipeError, match="MultiOptimizer has none of its own"):
        find_lr(model_with(rates), (X, Y))
    with pytest.raises(RecipeError, match="1 updates of 100"):
        model.fit(X[:32], Y[:32], verbose=0, callbacks=[LRRangeTest()])
    with pytest.raises(RecipeError, match="must begin with a number"):
        find_lr(model, (X, Y, np.full(len(X), np.nan)))
    assert np.isfinite(np.concatenate([each.ravel() for each in model.get_weights()])).all()


class OneBatch(keras.utils.PyDataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        return X[:32], Y[:32]


@pytest.mark.parametrize(
    "data",
    [
        (X[:50], Y[:50]),
        tf.data.Dataset.from_tensor_slices((X[:32], Y[:32])).batch(32),
        tf.data.Dataset.from_tensor_slices((X[:32], Y[:32])).filter(lambda x, y: True).batch(32),
        OneBatch(),
    ],
    ids=["arrays", "dataset", "dataset of unknown length", "PyDataset"],
)
def test_one_batch_says_nothing_of_rates(data):
    with pytest.raises(RecipeError, match="at least two batches.* got 1"):
        find_lr(model_with("sgd"), data)


def test_constant_loss_has_no_valley():
    model = model_with(keras.optimizers.SGD(0.1))
    model.compile("sgd", loss=lambda y, logits: 0.0 * keras.ops.sum(logits) + 1.0)
    found = find_lr(model, (X, Y), steps=30)
    assert found.rate is None
    assert "loss falls by 0" in found.reason


def test_state_is_kept_of_random_numbers_too():
    model = model_with(keras.optimizers.SGD(0.1))
    state = ModelState(model)
    drawn = np.random.rand(), train(model)
    state.restore()
    assert (np.random.rand(), train(model)) == drawn
