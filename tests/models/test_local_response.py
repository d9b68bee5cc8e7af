"""Local response normalisation computes what TensorFlow's own operation does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes import RecipeError
from keras_recipes.models import local_response_normalization

IMAGES = np.random.default_rng(0).normal(0, 30, (4, 5, 6, 7)).astype("float32")


@pytest.mark.parametrize(
    ("radius", "offset", "scale", "exponent"),
    [(2, 2.0, 1e-4, 0.75), (5, 1.0, 1.0, 0.5), (0, 1.0, 0.1, 1.0), (9, 2.0, 1e-2, 0.75)],
)
def test_it_equals_tensorflows(radius, offset, scale, exponent):
    value = local_response_normalization(IMAGES, radius, offset, scale, exponent)
    expected = tf.nn.local_response_normalization(IMAGES, radius, offset, scale, exponent)
    np.testing.assert_allclose(value, expected, rtol=2e-6, atol=2e-6)


def test_one_pixel_by_hand():
    value = local_response_normalization(np.array([[1.0, 2.0, 3.0]], "float32"), radius=1, scale=1)
    expected = np.array([1, 2, 3]) / (2 + np.array([1 + 4, 1 + 4 + 9, 4 + 9])) ** 0.75
    np.testing.assert_allclose(value[0], expected, rtol=1e-6)


def test_half_precision_is_left_and_returned_to():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        inputs = keras.Input((5, 6, 7), dtype="bfloat16")
        outputs = local_response_normalization(inputs)
    finally:
        keras.config.set_dtype_policy("float32")
    assert outputs.dtype == "bfloat16"
    halves = tf.cast(IMAGES, "bfloat16")
    value = tf.cast(keras.Model(inputs, outputs)(halves), "float32")
    exact = local_response_normalization(tf.cast(halves, "float32"))
    np.testing.assert_allclose(value, exact, rtol=2**-8)


@pytest.mark.parametrize("radius", [-1, 1.5])
def test_a_wrong_radius_is_refused(radius):
    with pytest.raises(RecipeError, match="radius must be a whole number, at least 0"):
        local_response_normalization(IMAGES, radius=radius)


def test_a_side_that_is_unknown_is_refused():
    with pytest.raises(RecipeError, match="known size"):
        local_response_normalization(keras.Input((None, 8, 4)))
