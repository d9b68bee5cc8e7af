"""Five updates of each optimizer are those of its paper, reckoned in NumPy at double precision."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.optimizers import adam, adamw, lion, make_optimizer, sgd

STEPS = 5
RATE = 0.1


def small_model():
    """Whose variables are set from the same numbers each time: (2, 3), (3,), (3,), (3,)."""
    inputs = keras.Input((2,))
    outputs = keras.layers.BatchNormalization()(keras.layers.Dense(3)(inputs))
    model = keras.Model(inputs, outputs)
    random = np.random.default_rng(1)
    for each in model.trainable_variables:
        each.assign(random.normal(size=each.shape))
    return model


def gradients(model):
    random = np.random.default_rng(2)
    return [[random.normal(size=each.shape).astype("float32") for each in
             model.trainable_variables] for _ in range(STEPS)]  # fmt: skip


def trained(make, **settings):
    """(the variables after five updates, one rate and five gradients of each, as float64)."""
    model = small_model()
    optimizer = make(RATE, model, **settings)
    start = [np.float64(keras.ops.convert_to_numpy(each)) for each in model.trainable_variables]
    steps = gradients(model)
    for each in steps:
        optimizer.apply(each, model.trainable_variables)
    end = [keras.ops.convert_to_numpy(each) for each in model.trainable_variables]
    return start, [[np.float64(each) for each in step] for step in steps], end


def sgd_by_hand(weight, steps, decay, momentum=0.9, nesterov=True):
    velocity = np.zeros_like(weight)
    for gradient in steps:
        weight = weight - RATE * decay * weight
        velocity = momentum * velocity - RATE * gradient
        weight = weight + (momentum * velocity - RATE * gradient if nesterov else velocity)
    return weight


def adam_by_hand(weight, steps, decay, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    mean, square = np.zeros_like(weight), np.zeros_like(weight)
    for step, gradient in enumerate(steps, start=1):
        weight = weight - RATE * decay * weight
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        rate = RATE * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        weight = weight - rate * mean / (np.sqrt(square) + epsilon)
    return weight


def lion_by_hand(weight, steps, decay, beta_1=0.9, beta_2=0.99):
    momentum = np.zeros_like(weight)
    for gradient in steps:
        direction = np.sign(beta_1 * momentum + (1 - beta_1) * gradient)
        weight = weight - RATE * (direction + decay * weight)
        momentum = beta_2 * momentum + (1 - beta_2) * gradient
    return weight


@pytest.mark.parametrize(
    ("make", "by_hand", "own"),
    [
        (sgd, sgd_by_hand, {}),
        (sgd, sgd_by_hand, {"momentum": 0.5, "nesterov": False}),
        (sgd, sgd_by_hand, {"momentum": 0.0}),
        (adamw, adam_by_hand, {}),
        (adamw, adam_by_hand, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1}),
        (lion, lion_by_hand, {}),
        (lion, lion_by_hand, {"beta_1": 0.5, "beta_2": 0.8}),
    ],
)
@pytest.mark.parametrize("everything", [False, True], ids=["weights", "everything"])
def test_five_updates_with_decay(make, by_hand, own, everything):
    settings = {"weight_decay": 0.3, "decay_normalization_and_bias": everything}
    start, steps, end = trained(make, **own, **settings)
    for index, weight in enumerate(start):
        decay = 0.3 if everything or weight.ndim > 1 else 0.0
        expected = by_hand(weight, [each[index] for each in steps], decay, **own)
        np.testing.assert_allclose(end[index], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("make", [adam, lambda *args: adamw(*args, weight_decay=0.0)])
def test_adam_does_not_decay(make):
    start, steps, end = trained(make)
    for index, weight in enumerate(start):
        expected = adam_by_hand(weight, [each[index] for each in steps], 0.0)
        np.testing.assert_allclose(end[index], expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("limit", "clipped"), [(0.5, True), (100.0, False)])
def test_the_norm_of_all_gradients_together_is_clipped(limit, clipped):
    start, steps, end = trained(sgd, momentum=0.0, clip_norm=limit)
    for index, expected in enumerate(start):
        for step in steps:
            norm = np.sqrt(sum(np.sum(each**2) for each in step))
            assert (norm > limit) == clipped
            expected = expected - RATE * step[index] * min(1.0, limit / norm)
        np.testing.assert_allclose(end[index], expected, rtol=1e-5, atol=1e-5)


def test_the_entries_of_gradients_are_clipped():
    start, steps, end = trained(sgd, momentum=0.0, clip_value=0.2)
    for index, weight in enumerate(start):
        expected = weight - RATE * sum(np.clip(step[index], -0.2, 0.2) for step in steps)
        np.testing.assert_allclose(end[index], expected, rtol=1e-5, atol=1e-5)


def test_other_optimizers_of_keras():
    optimizer = make_optimizer(keras.optimizers.Nadam, 1, small_model(), beta_1=0.5, accumulate=2)
    assert isinstance(optimizer, keras.optimizers.Nadam)
    assert (float(optimizer.learning_rate), optimizer.beta_1) == (1.0, 0.5)
    assert optimizer.gradient_accumulation_steps == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"clip_norm": 1.0, "clip_value": 1.0}, "clip_value can't be used beside clip_norm"),
        ({"clip_norm": 0.0}, "clip_norm must be a number above 0"),
        ({"clip_value": "small"}, "clip_value must be a number above 0"),
        ({"accumulate": 0}, "accumulate must be a whole number"),
        ({"accumulate": 1.5}, "accumulate must be a whole number"),
        ({"ema_momentum": 1.0}, r"ema_momentum must be in \(0, 1\)"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(RecipeError, match=message):
        sgd(0.1, small_model(), **settings)
