"""A branch is dropped as a whole, as often as it should be, and only while training."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.models import stochastic_depth
from keras_recipes.models.stochastic_depth import linear_rates


def model_of(rate, shape=(2, 3, 4)):
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape)
    return keras.Model(inputs, stochastic_depth(inputs, rate))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_a_branch_is_dropped_for_whole_examples_and_its_expectation_kept(rate):
    examples = 20_000
    images = np.random.default_rng(0).uniform(1, 2, (examples, 2, 3, 4)).astype("float32")
    branch = np.asarray(model_of(rate)(images, training=True))
    dropped = np.all(branch == 0, axis=(1, 2, 3))
    np.testing.assert_allclose(branch[~dropped], images[~dropped] / (1 - rate), rtol=1e-5)
    deviation = np.sqrt(rate * (1 - rate) / examples)
    assert abs(dropped.mean() - rate) < 4 * deviation
    assert branch.mean() == pytest.approx(images.mean(), abs=4 * deviation / (1 - rate) * 1.5)


def test_throws_differ_from_step_to_step_and_repeat_with_the_seed():
    images = np.ones((64, 1, 1, 1), "float32")
    model, again = model_of(0.5, (1, 1, 1)), model_of(0.5, (1, 1, 1))
    first, second = model(images, training=True), model(images, training=True)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again(images, training=True))


def test_inference_is_the_identity():
    images = np.random.default_rng(0).normal(size=(8, 2, 3, 4)).astype("float32")
    assert np.array_equal(model_of(0.5)(images, training=False), images)


def test_vectors_and_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = model_of(0.5, (5,))
    finally:
        keras.config.set_dtype_policy("float32")
    branch = np.asarray(model(np.ones((64, 5), "float32"), training=True), "float32")
    assert set(np.unique(branch)) == {0, 2}
    assert np.all(branch == branch[:, :1])


def test_no_rate_no_layer():
    x = keras.Input((2, 3, 4))
    assert stochastic_depth(x, 0) is x


def test_rates_rise_in_equal_steps_to_the_last():
    assert linear_rates(0.5, 4) == [0.125, 0.25, 0.375, 0.5]
    # The paper's figure 2: 54 blocks and p_L = 0.5, of which about 40 take part on average.
    assert sum(1 - rate for rate in linear_rates(0.5, 54)) == pytest.approx(40.25)


@pytest.mark.parametrize("rate", [1, -0.1, True, "0.1", float("nan")])
def test_a_wrong_rate_is_refused(rate):
    with pytest.raises(RecipeError, match=r"stochastic_depth: rate must be in \[0, 1\)"):
        stochastic_depth(keras.Input((1, 1, 1)), rate)
