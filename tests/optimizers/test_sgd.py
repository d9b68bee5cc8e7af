"""The optimizer's update is the textbook's, and decay is for weights alone."""

import keras
import numpy as np
import pytest

from keras_recipes import SGD
from keras_recipes.optimizers import decay_weights_alone, scale_linearly, sgd


def small_model():
    inputs = keras.Input((2,))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(3)(inputs))
    return keras.Model(inputs, x)


def test_only_weights_decay():
    model = small_model()
    for each in model.trainable_variables:
        each.assign(np.full(each.shape, 2.0))
    optimizer = sgd(0.5, model, momentum=0.0, weight_decay=0.1)
    optimizer.apply([np.zeros(each.shape, "float32") for each in model.trainable_variables],
                    model.trainable_variables)  # fmt: skip
    for each in model.trainable_variables:
        expected = 2.0 - 0.5 * 0.1 * 2.0 if len(each.shape) > 1 else 2.0
        assert np.allclose(each, expected), each.path


def test_nesterov_momentum_by_hand():
    variable = keras.Variable([1.0])
    model = type("Model", (), {"trainable_variables": [variable]})()
    optimizer = sgd(0.1, model, momentum=0.9, nesterov=True)
    weight, velocity = 1.0, 0.0
    for gradient in (1.0, -2.0, 0.5):
        optimizer.apply([np.float32([gradient])], [variable])
        velocity = 0.9 * velocity - 0.1 * gradient
        weight += 0.9 * velocity - 0.1 * gradient
        assert np.allclose(variable, weight)


def test_other_optimizers_are_told_too():
    model = small_model()
    optimizer = decay_weights_alone(keras.optimizers.AdamW(0.1, weight_decay=0.1), model)
    vectors = [each for each in model.trainable_variables if len(each.shape) < 2]
    assert not any(optimizer._use_weight_decay(each) for each in vectors)


@pytest.mark.parametrize(
    ("batch_size", "reference", "rate"), [(256, 128, 0.2), (64, 128, 0.05), (64, None, 0.1)]
)
def test_the_rate_follows_the_batch(batch_size, reference, rate):
    assert scale_linearly(0.1, batch_size, reference) == pytest.approx(rate)
    value = SGD(learning_rate=0.1, reference_batch_size=reference)
    assert value.peak_rate(batch_size) == pytest.approx(rate)


def test_every_field_takes_effect():
    model = small_model()
    value = SGD(momentum=0.5, nesterov=False, weight_decay=0.25)
    built = value.build(learning_rate=0.3, model=model)
    assert (built.momentum, built.nesterov, built.weight_decay) == (0.5, False, 0.25)
    assert float(built.learning_rate) == pytest.approx(0.3)
    assert SGD().build(learning_rate=0.3, model=model).nesterov
