"""The adjustments of colour against Pillow's and TensorFlow's."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance

from keras_recipes.augment.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 9, 7, 3)).astype("uint8")
IMAGES = PIXELS.astype("float32")
FACTORS = np.array([0.5, 1.7, 0, 1], "float32")


@pytest.mark.parametrize(
    ("adjust", "enhancer"),
    [
        (adjust_brightness, ImageEnhance.Brightness),
        (adjust_contrast, ImageEnhance.Contrast),
        (adjust_saturation, ImageEnhance.Color),
    ],
)
def test_as_pillow_does(adjust, enhancer):
    results = tf.function(adjust, jit_compile=True)(IMAGES, FACTORS).numpy()
    for image, factor, result in zip(PIXELS, FACTORS, results, strict=True):
        expected = np.asarray(enhancer(Image.fromarray(image)).enhance(float(factor)))
        # Pillow rounds pixels down, and the grey that it starts from too.
        np.testing.assert_allclose(result, expected, atol=1.5)
    np.testing.assert_array_equal(results[3], IMAGES[3])
    assert results.min() >= 0
    assert results.max() <= 255


def test_hue_as_tensorflow_does():
    turns = np.array([0, 0.25, 1 / 3, -0.6], "float32")
    results = tf.function(adjust_hue, jit_compile=True)(IMAGES, turns).numpy()
    for image, turn, result in zip(IMAGES, turns, results, strict=True):
        expected = tf.image.adjust_hue(image / 255, np.clip(turn, -1, 1)) * 255
        np.testing.assert_allclose(result, expected, atol=1e-2)
    red = np.array([[[[200, 0, 0]]]], "float32")
    np.testing.assert_allclose(adjust_hue(red, [1 / 3])[0, 0, 0], [0, 200, 0], atol=1e-3)


def test_grey_images():
    grey = IMAGES[..., :1]
    np.testing.assert_array_equal(adjust_hue(grey, FACTORS), grey)
    np.testing.assert_array_equal(adjust_saturation(grey, FACTORS), grey)
    flat = adjust_contrast(grey, np.zeros(4, "float32")).numpy()
    np.testing.assert_array_equal(flat[0], np.floor(grey[0].mean() + 0.5))  # as Pillow
