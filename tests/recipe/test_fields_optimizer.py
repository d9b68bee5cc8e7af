"""Every field of every optimizer changes its rate, or what it makes of the same gradients."""

import functools
from dataclasses import replace

import keras
import numpy as np
import pytest
from each_field import each_change

from keras_recipes import SGD, Adam, AdamW, Lion, Muon, RecipeError
from keras_recipes.optimizers import find_average

SHARED = {
    "learning_rate": 0.5,
    "reference_batch_size": 16,
    "clip_norm": 0.1,
    "clip_value": 0.01,
    "accumulate": 2,
    "ema_momentum": 0.9,
    "layer_decay": 0.5,
    "bias_multiplier": 2.0,
    "normalization_multiplier": 2.0,
}
BETAS = {"beta_1": 0.5, "beta_2": 0.6}
DECAY = {
    "weight_decay": 0.5,
    "decay_normalization_and_bias": lambda part: replace(
        part, weight_decay=0.5, decay_normalization_and_bias=True
    ),
}
CASES = [
    (SGD(), {**SHARED, "momentum": 0.5, "nesterov": False, **DECAY}),
    (Adam(), {**SHARED, **BETAS, "epsilon": 0.1}),
    (AdamW(), {**SHARED, **BETAS, "epsilon": 0.1, **DECAY}),
    (Lion(), {**SHARED, **BETAS, **DECAY}),
    (
        Muon(),
        {**SHARED, "adam_learning_rate": 0.1, "momentum": 0.5, "nesterov": False, **BETAS,
         "epsilon": 0.1, **DECAY},
    ),
]  # fmt: skip


@functools.cache
def outcome(part):
    """Rate at batch 32, and the average weights after four updates."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    x = keras.layers.Dense(4)(keras.layers.Dense(4, bias_initializer="ones")(inputs))
    x = keras.layers.LayerNormalization()(x)
    model = keras.Model(inputs, keras.layers.Dense(2)(x))
    optimizer = part.build(learning_rate=part.peak_rate(32), model=model)
    random = np.random.default_rng(0)
    for size in (4, 1, 2, 0.5):
        gradients = [size * random.normal(size=each.shape) for each in model.trainable_variables]
        optimizer.apply([np.float32(each) for each in gradients], model.trainable_variables)
    if average := find_average(optimizer):
        average.put_average()
    return [part.peak_rate(32), *(np.array(each) for each in model.get_weights())]


@pytest.mark.parametrize(("part", "changed"), each_change(CASES))
def test_the_weights_change(part, changed):
    pairs = zip(outcome(part), outcome(changed), strict=True)
    assert any(not np.allclose(one, other, rtol=1e-6, atol=1e-8) for one, other in pairs)


def test_decay_of_everything_is_more_than_decay():
    part = SGD(weight_decay=0.5)
    alone, everything = outcome(part), outcome(replace(part, decay_normalization_and_bias=True))
    pairs = list(zip(alone[1:], everything[1:], strict=True))
    assert all(np.array_equal(one, other) for one, other in pairs if one.ndim == 2)
    vectors = [(one, other) for one, other in pairs if one.ndim == 1 and one.any()]
    assert vectors
    assert not any(np.array_equal(one, other) for one, other in vectors)


def test_the_rate_follows_the_batches_of_an_update():
    part = SGD(learning_rate=0.1, reference_batch_size=128, accumulate=4)
    assert part.peak_rate(64) == pytest.approx(0.2)
    assert AdamW(learning_rate=1e-3, accumulate=4).peak_rate(64) == 1e-3


@pytest.mark.parametrize("part", [SGD, Adam, AdamW, Lion, Muon])
def test_what_contradicts_is_refused(part):
    with pytest.raises(RecipeError, match=r"optimizer.clip_value can't be used beside clip_norm"):
        part(clip_norm=1.0, clip_value=1.0)
    with pytest.raises(RecipeError, match=r"optimizer.ema_momentum must be in \(0, 1\)"):
        part(ema_momentum=1.0)
    with pytest.raises(RecipeError, match="optimizer.accumulate must be at least 1"):
        part(accumulate=0)


@pytest.mark.parametrize("part", [SGD, Lion, Muon])
def test_decay_of_everything_without_decay_is_refused(part):
    with pytest.raises(RecipeError, match="takes no effect, since weight_decay is 0"):
        part(decay_normalization_and_bias=True)
