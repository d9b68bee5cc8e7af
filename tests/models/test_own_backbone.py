"""A model of one's own loses its last layer, and takes other images with the weights it has."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.models import cifar_resnet, conv_net, mlp, transfer
from keras_recipes.models.own_backbone import own_backbone

RNG = np.random.default_rng(0)
STATISTICS = {"mean": (100.0, 110.0, 120.0), "variance": (900.0, 1000.0, 1100.0)}


def save(model, path):
    for each in model.weights:  # none that a new model could have by chance
        if each.dtype == "float32" and "seed" not in each.path and "count" not in each.path:
            each.assign(np.abs(np.array(each)) + RNG.uniform(0.01, 0.1, each.shape))
    model.save(path)
    return str(path)


def features(model, images):
    return np.array(keras.Model(model.inputs, model.layers[-1].input)(images, training=False))


def test_the_body_computes_what_it_computed(tmp_path):
    source = cifar_resnet((16, 16, 3), 5, depth=8, width=4, **STATISTICS)
    path = save(source, tmp_path / "own.keras")
    images = RNG.integers(0, 256, (4, 16, 16, 3)).astype("float32")
    body = own_backbone(path, (16, 16, 3))
    np.testing.assert_allclose(np.array(body(images)), features(source, images), rtol=1e-5)
    model = transfer((16, 16, 3), 7, path)
    assert model.output_shape == (None, 7)
    np.testing.assert_allclose(features(model, images), features(source, images), rtol=1e-5)


def test_other_sizes_take_the_same_weights(tmp_path):
    source = cifar_resnet((16, 16, 3), 5, depth=8, width=4, **STATISTICS)
    body = own_backbone(save(source, tmp_path / "own.keras"), (24, 20, 3))
    assert body.input_shape == (None, 24, 20, 3)
    flat = keras.Model(source.inputs, source.layers[-1].input)
    for one, other in zip(body.get_weights(), flat.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_grey_images_give_what_three_equal_channels_gave(tmp_path):
    equal = {"mean": (100.0,) * 3, "variance": (900.0,) * 3}
    source = cifar_resnet((16, 16, 3), 5, depth=8, width=4, **equal)
    path = save(source, tmp_path / "own.keras")
    body = own_backbone(path, (16, 16, 1), mean=(100.0,), variance=(900.0,))
    grey = RNG.integers(0, 256, (4, 16, 16, 1)).astype("float32")
    whole = features(source, np.repeat(grey, 3, axis=-1))
    np.testing.assert_allclose(np.array(body(grey)), whole, rtol=1e-4, atol=1e-5)


def test_colour_on_a_grey_model(tmp_path):
    source = conv_net((16, 16, 1), 5, blocks=2, width=4, mean=(100.0,), variance=(900.0,))
    path = save(source, tmp_path / "own.keras")
    body = own_backbone(path, (16, 16, 3), mean=(100.0,) * 3, variance=(900.0,) * 3)
    grey = RNG.integers(0, 256, (4, 16, 16, 1)).astype("float32")
    coloured = np.array(body(np.repeat(grey, 3, axis=-1)))
    np.testing.assert_allclose(coloured, features(source, grey), rtol=1e-4, atol=1e-5)


def test_begun_anew_it_has_other_weights(tmp_path):
    path = save(conv_net((16, 16, 3), 5, blocks=2, width=4), tmp_path / "own.keras")
    kept = transfer((16, 16, 3), 5, path)
    new = transfer((16, 16, 3), 5, path, weights=None)
    assert [each.shape for each in new.weights] == [each.shape for each in kept.weights]
    kernels = [
        next(each for each in model.trainable_weights if each.ndim == 4) for model in (kept, new)
    ]
    assert np.abs(np.array(kernels[0]) - np.array(kernels[1])).max() > 0.01


def test_a_transferred_model_is_itself_a_backbone(tmp_path):
    path = save(conv_net((16, 16, 3), 5, blocks=2, width=4), tmp_path / "first.keras")
    second = save(transfer((16, 16, 3), 4, path), tmp_path / "second.keras")
    third = transfer((16, 16, 3), 3, second)
    images = RNG.integers(0, 256, (2, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(
        features(third, images), features(keras.models.load_model(second), images), rtol=1e-5
    )
    with pytest.raises(RecipeError, match=r"input_size=\(16, 16\)"):
        transfer((24, 24, 3), 3, second)
    assert transfer((24, 24, 3), 3, second, input_size=(16, 16)).output_shape == (None, 3)


def test_every_pixel_a_feature_fits_one_size_alone(tmp_path):
    path = save(mlp((8, 8, 1), 5, hidden_units=(6,)), tmp_path / "own.keras")
    with pytest.raises(RecipeError, match=r"own.keras.*\(64, 6\).*\(144, 6\)"):
        own_backbone(path, (12, 12, 1))


@pytest.mark.parametrize("what", ["missing", "text", "no dense layer"])
def test_what_is_no_such_model_is_refused(tmp_path, what):
    path = tmp_path / "own.keras"
    if what == "text":
        path.write_text("no model")
    elif what == "no dense layer":
        keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()]).save(path)
    says = {"missing": "which does not exist", "text": "can't be loaded",
            "no dense layer": "dense layer at its end"}  # fmt: skip
    with pytest.raises(RecipeError, match=says[what]):
        transfer((8, 8, 3), 3, str(path))
