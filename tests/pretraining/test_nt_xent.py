"""The loss of SimCLR, by numbers worked out by hand and by a loop."""

import math

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.pretraining import NTXent, nearest_view, nt_xent

CROSS = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)  # two images, views alike


def by_loop(embeddings, images, temperature):
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    losses = []
    for i in range(len(unit)):
        others = [k for k in range(len(unit)) if k != i]
        denominator = sum(math.exp(unit[i] @ unit[k] / temperature) for k in others)
        views = [j for j in others if images[j] == images[i]]
        shares = [math.exp(unit[i] @ unit[j] / temperature) / denominator for j in views]
        losses.append(-np.mean(np.log(shares)))
    return np.array(losses)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(1.0, math.log(1 + 2 / math.e)), (0.5, math.log(1 + 2 / math.e**2))],
)
def test_two_images_of_which_each_has_two_equal_views(temperature, expected):
    loss = keras.ops.convert_to_numpy(nt_xent(CROSS, np.array([0, 0, 1, 1]), temperature))
    np.testing.assert_allclose(loss, [expected] * 4, rtol=1e-5)


def test_all_alike_is_a_guess_among_the_others():
    loss = keras.ops.convert_to_numpy(nt_xent(np.ones((6, 3)), np.repeat(np.arange(3), 2), 0.1))
    np.testing.assert_allclose(loss, [math.log(5)] * 6, rtol=1e-5)


@pytest.mark.parametrize("views", [2, 3])
@pytest.mark.parametrize("temperature", [0.1, 0.7])
def test_as_a_loop_whatever_the_order_and_the_lengths(views, temperature):
    generator = np.random.default_rng(0)
    embeddings = generator.normal(size=(5 * views, 4)) * generator.uniform(0.1, 9, (5 * views, 1))
    images = generator.permutation(np.repeat(np.arange(5), views))
    loss = keras.ops.convert_to_numpy(nt_xent(embeddings, images, temperature))
    np.testing.assert_allclose(loss, by_loop(embeddings, images, temperature), rtol=1e-4)


def test_as_a_keras_loss_it_is_the_mean_and_loads_again():
    embeddings = np.random.default_rng(1).normal(size=(8, 4)).astype(np.float32)
    images = np.repeat(np.arange(4), 2)
    loss = keras.losses.get(keras.losses.serialize(NTXent(temperature=0.3)))
    assert loss.temperature == 0.3
    expected = by_loop(embeddings, images, 0.3).mean()
    assert float(loss(images, embeddings)) == pytest.approx(expected, rel=1e-4)
    with pytest.raises(RecipeError, match="temperature must be above 0; got 0"):
        NTXent(temperature=0)


def test_a_view_that_is_alone_costs_nothing_and_an_embedding_of_zeros_is_no_nan():
    embeddings = np.array([[1, 0], [1, 0.1], [0, 1], [0, 0]], np.float32)
    loss = keras.ops.convert_to_numpy(nt_xent(embeddings, np.array([0, 0, 1, 2]), 0.5))
    assert loss[2] == loss[3] == 0
    assert np.isfinite(loss).all()


def test_the_nearest_view():
    embeddings = np.array([[1, 0], [0.9, 0.1], [0, 1], [1, 0.05]], np.float32)
    # The last is nearest to the first two, and nothing is near to the third.
    right = nearest_view(np.array([0, 0, 1, 1]), embeddings)
    assert keras.ops.convert_to_numpy(right).tolist() == [0, 0, 0, 0]
    right = nearest_view(np.array([0, 1, 2, 0]), embeddings)
    assert keras.ops.convert_to_numpy(right).tolist() == [1, 0, 0, 1]
    metric = keras.metrics.MeanMetricWrapper(nearest_view)
    assert float(metric(np.array([0, 1, 2, 0]), embeddings)) == 0.5
