"""Features of an image, or of a sequence, become a vector."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.models.pooling import pooled

RNG = np.random.default_rng(0)
IMAGE = RNG.normal(size=(2, 3, 4, 5)).astype("float32")
SEQUENCE = RNG.normal(size=(2, 6, 5)).astype("float32")


def vector(features, pooling, leading_tokens=0):
    inputs = keras.Input(features.shape[1:])
    return np.array(keras.Model(inputs, pooled(inputs, pooling, leading_tokens))(features))


@pytest.mark.parametrize(
    ("pooling", "wanted"),
    [
        (None, IMAGE.mean((1, 2))),
        ("average", IMAGE.mean((1, 2))),
        ("max", IMAGE.max((1, 2))),
        ("both", np.concatenate([IMAGE.mean((1, 2)), IMAGE.max((1, 2))], axis=1)),
        ("none", IMAGE.reshape(2, -1)),
    ],
)
def test_an_image_is_pooled_over_its_pixels(pooling, wanted):
    np.testing.assert_allclose(vector(IMAGE, pooling), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("pooling", "leading", "wanted"),
    [
        (None, 2, SEQUENCE[:, 0]),
        (None, 0, SEQUENCE.mean(1)),
        ("token", 1, SEQUENCE[:, 0]),
        ("average", 2, SEQUENCE[:, 2:].mean(1)),
        ("max", 1, SEQUENCE[:, 1:].max(1)),
        ("both", 1, np.concatenate([SEQUENCE[:, 1:].mean(1), SEQUENCE[:, 1:].max(1)], axis=1)),
        ("none", 2, SEQUENCE[:, 2:].reshape(2, -1)),
        ("none", 0, SEQUENCE.reshape(2, -1)),
    ],
)
def test_a_sequence_is_pooled_over_its_patches_or_by_its_class_token(pooling, leading, wanted):
    np.testing.assert_allclose(vector(SEQUENCE, pooling, leading), wanted, rtol=1e-5, atol=1e-6)


def test_a_vector_stays_as_it_is():
    np.testing.assert_array_equal(vector(IMAGE[:, 0, 0], "max"), IMAGE[:, 0, 0])


@pytest.mark.parametrize("features", [IMAGE, SEQUENCE])
def test_without_a_class_token_none_can_be_taken(features):
    with pytest.raises(RecipeError, match="has no class token"):
        vector(features, "token")
