"""Each published backbone's own preprocessing, beside the library's function."""

import inspect
import sys

import keras
import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.models import preprocess_for
from keras_recipes.models.preprocessing import BACKBONES

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3)).astype("uint8")
PUBLISHED = {
    name
    for name in dir(keras.applications)
    if name[0].isupper() and inspect.isfunction(getattr(keras.applications, name))
}


def library_function(name):
    """`preprocess_input` of the module that defines the backbone."""
    module = sys.modules[getattr(keras.applications, name).__module__]
    if hasattr(module, "preprocess_input"):
        return module.preprocess_input
    return keras.applications.resnet_v2.preprocess_input


def expected(name, images):
    return np.asarray(library_function(name)(images.astype("float32")))


def test_every_backbone_of_the_library_is_known():
    assert set(BACKBONES) == PUBLISHED


@pytest.mark.parametrize("name", sorted(BACKBONES))
def test_it_is_what_the_library_does(name):
    ours = np.asarray(preprocess_for(name, keras.ops.convert_to_tensor(IMAGES)))
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected(name, IMAGES), atol=1e-4, rtol=1e-5)


def test_each_way_is_another():
    ways = [np.asarray(preprocess_for(name, IMAGES)) for name in
            ("MobileNet", "VGG16", "DenseNet121", "EfficientNetB0")]  # fmt: skip
    for index, one in enumerate(ways):
        assert all(np.abs(one - other).max() > 0.1 for other in ways[:index])


@pytest.mark.parametrize("name", ["MobileNet", "ResNet50", "DenseNet121", "MobileNetV3Small"])
def test_it_is_saved_with_the_model_and_takes_raw_images(name, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        inputs = keras.Input((4, 5, 3), dtype="uint8")
        keras.Model(inputs, preprocess_for(name, inputs)).save(tmp_path / "model.keras")
    finally:
        keras.config.set_dtype_policy("float32")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    outputs = np.asarray(loaded(IMAGES))
    np.testing.assert_allclose(outputs, expected(name, IMAGES), atol=1e-4, rtol=1e-5)


def test_grey_images_become_three_channels():
    grey = IMAGES[..., :1]
    ours = np.asarray(preprocess_for("VGG16", grey))
    np.testing.assert_allclose(ours, expected("VGG16", grey.repeat(3, axis=-1)), atol=1e-4)


def test_what_there_is_not_is_refused():
    with pytest.raises(RecipeError, match=r"Did you mean 'MobileNet"):
        preprocess_for("Mobilenet", IMAGES)
    with pytest.raises(RecipeError, match="of 3 channels, or of 1; got 4"):
        preprocess_for("MobileNet", np.zeros((1, 4, 4, 4)))
