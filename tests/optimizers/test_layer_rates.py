"""A variable with a factor moves as by the plain optimizer at that rate, to the bit."""

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.optimizers import Muon, average_weights, scale_learning_rates

RATE, FACTOR = 0.03, 0.3
SCALED = float(np.float32(RATE) * np.float32(FACTOR))
GRADIENTS = [np.random.default_rng(seed).normal(size=(4, 3)).astype("float32") for seed in range(5)]
NAMES = [
    name
    for name in (
        "SGD", "RMSprop", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Adafactor", "Nadam",
        "Ftrl", "Lion", "Lamb", "Muon",
    )
    if hasattr(keras.optimizers, name)
]  # fmt: skip


def make(name, rate, **arguments):
    if name == "ours":
        return Muon(rate, weight_decay=0.1, **arguments)
    if name == "SGD":
        arguments = {"momentum": 0.9, "nesterov": True, **arguments}
    return getattr(keras.optimizers, name)(rate, weight_decay=0.1, **arguments)


def variables():
    value = np.arange(12, dtype="float32").reshape(4, 3) / 10 - 0.5
    return [keras.Variable(value, name=name) for name in ("slow", "fast")]


def trained(optimizer, pair):
    optimizer.build(pair)
    for gradient in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)] * 2, pair)
    return [np.array(each) for each in pair]


def scaled_and_plain(name, **arguments):
    """(what scaled, the plain one at the low rate, the plain one at the whole rate) train."""
    pair = variables()
    optimizer = scale_learning_rates(make(name, RATE, **arguments), [(pair[0], FACTOR)])
    low = trained(make(name, SCALED, **arguments), variables())
    return trained(optimizer, pair), low, trained(make(name, RATE, **arguments), variables())


@pytest.mark.parametrize("name", [*NAMES, "ours"])
def test_every_optimizer_to_the_bit(name):
    ours, low, high = scaled_and_plain(name)
    assert np.array_equal(ours[0], low[0])
    assert np.array_equal(ours[1], high[1])
    assert not np.array_equal(ours[0], ours[1])


@pytest.mark.parametrize(
    "arguments",
    [{"clipnorm": 0.5}, {"global_clipnorm": 0.5}, {"gradient_accumulation_steps": 2}],
    ids=lambda each: next(iter(each)),
)
def test_clipped_and_accumulated(arguments):
    ours, low, high = scaled_and_plain("AdamW", **arguments)
    assert np.array_equal(ours[0], low[0])
    assert np.array_equal(ours[1], high[1])


def fitted(rates, make_optimizer, wrap, policy="float32"):
    """Weights of a model after an epoch of a compiled `fit`, and its optimizer."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6,))
    x = keras.layers.Dense(5, activation="tanh", trainable=True, dtype=policy)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(2, dtype="float32")(x))
    optimizer = make_optimizer()
    if rates:
        optimizer = scale_learning_rates(optimizer, [(each, rates) for each in model.weights])
    model.compile(wrap(optimizer, model), "mse")
    random = np.random.default_rng(0)
    data = random.normal(size=(32, 6)), random.normal(size=(32, 2))
    model.fit(*data, batch_size=8, epochs=2, verbose=0, shuffle=False)
    return model.get_weights(), model.optimizer


def schedule(rate):
    return keras.optimizers.schedules.PiecewiseConstantDecay([4], [rate, rate / 2])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda optimizer, model: optimizer,
        lambda optimizer, model: keras.optimizers.LossScaleOptimizer(optimizer),
        lambda optimizer, model: average_weights(optimizer, model, 0.9),
    ],
    ids=["plain", "loss-scale", "average"],
)
@pytest.mark.parametrize("rate", [lambda r: r, schedule], ids=["number", "schedule"])
def test_in_fit_under_a_schedule_and_within_other_optimizers(wrap, rate):
    # Half is exact in float32, so that the schedule's numbers are too.
    ours, optimizer = fitted(
        0.5, lambda: keras.optimizers.AdamW(rate(0.02), weight_decay=0.1), wrap
    )
    plain, _ = fitted(None, lambda: keras.optimizers.AdamW(rate(0.01), weight_decay=0.1), wrap)
    for one, other in zip(ours, plain, strict=True):
        assert np.array_equal(one, other)
    last = 0.02 if rate is not schedule else 0.01
    assert float(optimizer.learning_rate) == pytest.approx(last)


def test_a_rate_that_is_set_later_is_scaled_too():
    pair = variables()
    optimizer = scale_learning_rates(make("SGD", 1.0), [(pair[0], FACTOR)])
    optimizer.learning_rate = RATE
    assert float(optimizer.learning_rate) == pytest.approx(RATE)
    low = trained(make("SGD", SCALED), variables())
    assert np.array_equal(trained(optimizer, pair)[0], low[0])


def test_it_is_still_the_optimizer_that_it_was():
    optimizer = scale_learning_rates(keras.optimizers.SGD(0.1), [])
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert optimizer.get_config()["learning_rate"] == pytest.approx(0.1)


def test_what_can_not_be_scaled_is_refused():
    first, second = variables()
    built = keras.optimizers.SGD()
    built.build([first])
    with pytest.raises(RecipeError, match="trained nothing yet"):
        scale_learning_rates(built, [])
    wrapped = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())
    with pytest.raises(RecipeError, match="into a LossScaleOptimizer"):
        scale_learning_rates(wrapped, [])
    for factor in (0, -1, True, "1", float("nan"), float("inf")):
        with pytest.raises(RecipeError, match="factors above 0"):
            scale_learning_rates(keras.optimizers.SGD(), [(first, factor)])
    optimizer = scale_learning_rates(keras.optimizers.SGD(), [(second, 0.5)])
    with pytest.raises(RecipeError, match=r"fast, which the optimizer doesn't train"):
        optimizer.build([first])
