"""Muon is its paper's, on the matrices that it is meant for."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.optimizers import Muon, muon, orthogonalize

ADAM = {"beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-3}


def small_network():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, name="stem")(inputs)
    x = keras.layers.DepthwiseConv2D(3, name="depthwise")(x)
    x = keras.layers.Conv2D(40, 3, name="hidden")(x)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Dense(7, name="dense")(keras.layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, keras.layers.Dense(5, name="head")(x))


def test_singular_values_come_near_1():
    random = np.random.default_rng(0)
    for shape in ((8, 8), (30, 4), (4, 30)):
        u, _, v = np.linalg.svd(random.normal(size=shape), full_matrices=False)
        # What five steps are meant for: down to a hundredth of the largest.
        values = np.geomspace(1, 0.01, min(shape))
        result = np.float64(orthogonalize((u * values @ v).astype("float32")))
        assert result.shape == shape
        found = u.T @ result @ v.T
        np.testing.assert_allclose(found, np.diag(np.diag(found)), atol=1e-4)
        assert 0.67 < np.diag(found).min() <= np.diag(found).max() < 1.15


def test_a_matrix_of_zeros_stays_zero():
    assert not np.any(orthogonalize(np.zeros((3, 2), "float32")))


def orthogonal_by_hand(matrix):
    x = matrix / (np.linalg.norm(matrix) + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x


def muon_by_hand(weight, steps, decay, rate, momentum, nesterov):
    """As PyTorch's reference has it: a kernel as (outputs, inputs), those of a convolution flat."""
    outputs = weight.shape[-1]
    kept = np.zeros((outputs, weight.size // outputs))
    for gradient in steps:
        flat = gradient.reshape(-1, outputs).T
        kept = momentum * kept + flat
        update = orthogonal_by_hand(flat + momentum * kept if nesterov else kept)
        update = update * np.sqrt(max(1.0, update.shape[0] / update.shape[1]))
        weight = weight * (1 - rate * decay) - rate * update.T.reshape(weight.shape)
    return weight


def adam_by_hand(weight, steps, decay, rate):
    mean, square = np.zeros_like(weight), np.zeros_like(weight)
    for step, gradient in enumerate(steps, start=1):
        mean = 0.8 * mean + 0.2 * gradient
        square = 0.9 * square + 0.1 * gradient**2
        update = mean / (1 - 0.8**step) / (np.sqrt(square / (1 - 0.9**step)) + 1e-3)
        weight = weight * (1 - rate * decay) - rate * update
    return weight


@pytest.mark.parametrize("nesterov", [True, False])
def test_five_updates(nesterov):
    model, random = small_network(), np.random.default_rng(1)
    variables = model.trainable_variables
    start = [np.float64(keras.ops.convert_to_numpy(each)) for each in variables]
    steps = [[random.normal(size=each.shape) for each in variables] for _ in range(5)]
    optimizer = muon(0.05, model, adam_learning_rate_ratio=0.1, momentum=0.7, nesterov=nesterov,
                     weight_decay=0.3, **ADAM)  # fmt: skip
    for step in steps:
        optimizer.apply([each.astype("float32") for each in step], variables)
    for index, (variable, weight) in enumerate(zip(variables, start, strict=True)):
        own = [step[index] for step in steps]
        decay = 0.3 if weight.ndim > 1 else 0.0
        if variable.path in ("hidden/kernel", "dense/kernel"):
            expected = muon_by_hand(weight, own, decay, 0.05, 0.7, nesterov)
        else:
            expected = adam_by_hand(weight, own, decay, 0.005)
        np.testing.assert_allclose(variable, expected, rtol=1e-4, atol=1e-4, err_msg=variable.path)


def test_only_hidden_kernels_are_orthogonalised():
    model = small_network()
    optimizer = muon(0.02, model)
    found = [each.path for each in model.trainable_variables if optimizer.uses_muon(each)]
    assert found == ["hidden/kernel", "dense/kernel"]
    # Where the first layers are frozen, the first that trains is not the network's first.
    model.get_layer("stem").trainable = model.get_layer("depthwise").trainable = False
    optimizer = muon(0.02, model)
    optimizer.build(model.trainable_variables)
    assert optimizer.adam_paths == ["head/kernel"]


def test_embeddings_are_not():
    inputs = keras.Input((4,), dtype="int32")
    x = keras.layers.Embedding(9, 6)(keras.layers.Embedding(9, 1)(inputs)[..., 0])
    x = keras.layers.Dense(8)(keras.layers.Flatten()(x))
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Dense(5)(x)))
    optimizer = muon(0.02, model)
    found = [each.shape for each in model.trainable_variables if optimizer.uses_muon(each)]
    assert found == [(24, 8), (8, 5)]


def test_it_trains_in_a_graph_and_survives_its_config():
    keras.utils.set_random_seed(0)
    model = small_network()
    model.compile(muon(0.02, model, weight_decay=0.01, adam_learning_rate_ratio=1.0,
                       accumulate=2, clip_norm=1.0), "mse")  # fmt: skip
    x = np.random.default_rng(0).random((32, 8, 8, 3), "float32")
    y = x.mean((1, 2)) @ np.ones((3, 5), "float32")
    history = model.fit(x, y, batch_size=4, epochs=5, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]
    config = model.optimizer.get_config()
    again = keras.optimizers.deserialize(keras.optimizers.serialize(model.optimizer))
    assert isinstance(again, Muon)
    assert again.get_config() == config
    assert config["adam_paths"] == ["head/kernel", "stem/kernel"]


def test_a_path_that_is_none_is_refused():
    model = small_network()
    with pytest.raises(RecipeError, match="adam_paths must be paths .* got haed/kernel"):
        Muon(adam_paths=["haed/kernel"]).build(model.trainable_variables)
