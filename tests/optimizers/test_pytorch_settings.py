"""What docs/pytorch.md says of PyTorch's settings, reckoned with its documented update rules."""

import keras
import numpy as np
import pytest

from keras_recipes.optimizers import sgd


def train_quadratic(decay, *, coupled, rates, momentum=0.9, curvature=0.0, nesterov=True):
    """A weight that begins at 1, pulled to 2 by `curvature`, in float64 for each of `rates`."""
    weight, velocity = 1.0, 0.0
    for rate in rates:
        gradient = curvature * (weight - 2.0)
        if coupled:  # torch.optim.SGD
            gradient += decay * weight
            velocity = momentum * velocity + gradient
            weight -= rate * (gradient + momentum * velocity if nesterov else velocity)
        else:  # keras.optimizers.SGD
            weight -= rate * decay * weight
            velocity = momentum * velocity - rate * gradient
            weight += momentum * velocity - rate * gradient if nesterov else velocity
    return weight


@pytest.mark.parametrize("curvature", [0.0, 0.05])
def test_coupled_decay_is_ten_times_as_much_decoupled(curvature):
    rates = [0.1] * 2000
    theirs = train_quadratic(5e-4, coupled=True, rates=rates, curvature=curvature)
    ours = train_quadratic(5e-3, coupled=False, rates=rates, curvature=curvature)
    as_it_stands = train_quadratic(5e-4, coupled=False, rates=rates, curvature=curvature)
    assert ours == pytest.approx(theirs, rel=0.01)
    assert abs(as_it_stands - theirs) > 5 * abs(ours - theirs)


def test_the_rule_by_hand_is_the_one_of_keras():
    variable = keras.Variable([1.0])
    model = type("Model", (), {"trainable_variables": [variable]})()
    optimizer = sgd(0.1, model, weight_decay=5e-3, decay_normalization_and_bias=True)
    for _ in range(50):
        optimizer.apply([0.05 * (np.array(variable) - 2)], [variable])
    expected = train_quadratic(5e-3, coupled=False, rates=[0.1] * 50, curvature=0.05)
    assert float(variable[0]) == pytest.approx(expected, rel=1e-4)


def test_a_falling_rate_reaches_the_velocity_at_once_in_pytorch_only():
    """Gradient 1 always: the velocity is 10 times the rate before and after it falls tenfold."""

    def pace(coupled):
        velocity = weight = 0.0
        for rate in [0.1] * 200 + [0.01]:
            velocity = 0.9 * velocity + (1.0 if coupled else rate)
            step = rate * velocity if coupled else velocity
            weight -= step
        return step

    assert pace(coupled=True) == pytest.approx(0.1)
    assert pace(coupled=False) == pytest.approx(0.9 * 1.0 + 0.01)


def test_initialisation():
    keras.utils.set_random_seed(0)
    initializer = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
    kernel = np.array(initializer((3, 3, 32, 64)))
    bound = 1 / np.sqrt(3 * 3 * 32)  # kaiming_uniform_(a=sqrt(5)): sqrt(6 / (1 + 5) / fan_in)
    assert 0.99 * bound < np.abs(kernel).max() <= bound
    assert kernel.std() == pytest.approx(bound / np.sqrt(3), rel=0.02)
    normal = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")
    assert np.array(normal((3, 3, 32, 64))).std() == pytest.approx(np.sqrt(2 / 576), rel=0.02)


def test_padding_of_strided_convolutions():
    """A kernel that takes the middle pixel of its window tells where the windows lie."""
    image = np.arange(8, dtype="float32").reshape(1, 8, 1, 1) * np.ones((1, 8, 8, 1), "float32")
    middle = np.zeros((3, 3, 1, 1), "float32")
    middle[1, 1] = 1.0

    def rows(padding):
        layer = keras.layers.Conv2D(1, 3, strides=2, padding=padding, use_bias=False)
        x = keras.layers.ZeroPadding2D(1)(image) if padding == "valid" else image
        layer.build(x.shape)
        layer.set_weights([middle])
        return np.array(layer(x))[0, :, 0, 0].tolist()

    assert rows("valid") == [0, 2, 4, 6]  # as padding=1 in PyTorch
    assert rows("same") == [1, 3, 5, 7]


def test_moving_statistics():
    """momentum=0.1 there is 0.9 here; the variance that is averaged is the biased one here."""
    x = np.random.default_rng(0).normal(2.0, 3.0, size=(16, 1)).astype("float32")
    layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    y = np.array(layer(x, training=True))
    assert np.array(layer.moving_mean)[0] == pytest.approx(0.1 * x.mean(), rel=1e-5)
    assert np.array(layer.moving_variance)[0] == pytest.approx(0.9 + 0.1 * x.var(), rel=1e-5)
    np.testing.assert_allclose(y, (x - x.mean()) / np.sqrt(x.var() + 1e-5), rtol=1e-4, atol=1e-5)
