"""The residual network is the paper's, saves plainly and normalises inside."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.models import cifar_resnet

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3)).astype("float32")


@pytest.mark.parametrize(
    ("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)]
)
def test_parameters_are_those_of_the_papers_table_6(depth, millions):
    model = cifar_resnet((32, 32, 3), 10, depth=depth)
    count = sum(int(np.prod(each.shape)) for each in model.trainable_variables)
    assert round(count / 1e6, 1 if depth == 110 else 2) == millions
    # Counted by hand: convolutions and batch normalisation of every stage, then the dense layer.
    blocks = (depth - 2) // 6
    per_stage = [
        9 * previous * width + 9 * width * width * (2 * blocks - 1) + 2 * width * 2 * blocks
        for previous, width in ((16, 16), (16, 32), (32, 64))
    ]
    assert count == (9 * 3 * 16 + 2 * 16) + sum(per_stage) + (64 * 10 + 10)


def test_depth_counts_layers_with_weights():
    model = cifar_resnet((32, 32, 3), 10, depth=20)
    kinds = (keras.layers.Conv2D, keras.layers.Dense)
    assert sum(isinstance(each, kinds) for each in model.layers) == 20


def test_shortcuts_pass_every_second_pixel_and_add_zeros():
    model = cifar_resnet((8, 8, 3), 10, depth=8, width=2)
    pooling = next(each for each in model.layers if isinstance(each, keras.layers.AveragePooling2D))
    pad = next(each for each in model.operations if type(each).__name__ == "Pad")
    before, picked, padded = keras.Model(model.inputs, [pooling.input, pooling.output, pad.output])(
        IMAGES[:, :8, :8]
    )
    assert np.array_equal(before[:, ::2, ::2], picked)
    assert np.array_equal(padded[..., 1:3], picked)
    assert not np.any(np.asarray(padded)[..., [0, 3]])


def test_normalisation_is_inside():
    plain = cifar_resnet((32, 32, 3), 10, depth=8)
    inside = cifar_resnet(
        (32, 32, 3), 10, depth=8, mean=(100.0, 110.0, 120.0), variance=(16.0, 25.0, 36.0)
    )
    inside.set_weights(plain.get_weights())
    standardised = (IMAGES - (100, 110, 120)) / (4, 5, 6)
    assert np.allclose(inside(IMAGES), plain(standardised), atol=1e-3)


def test_logits_are_float32_in_half_precision_and_uint8_images_are_taken():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = cifar_resnet((32, 32, 3), 10, depth=8, mean=(1, 2, 3), variance=(4, 5, 6))
    finally:
        keras.config.set_dtype_policy("float32")
    logits = model(IMAGES.astype("uint8"))
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert model.layers[-2].compute_dtype == "bfloat16"


def test_a_saved_model_loads_and_predicts_the_same(tmp_path):
    model = cifar_resnet((32, 32, 3), 10, depth=20, mean=(1, 2, 3), variance=(4, 5, 6))
    model.save(tmp_path / "model.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "model.keras")(IMAGES), model(IMAGES))


@pytest.mark.parametrize(("arguments", "says"), [({"depth": 21}, "6n"), ({"depth": 2}, "6n")])
def test_a_wrong_depth_is_refused(arguments, says):
    with pytest.raises(RecipeError, match=says):
        cifar_resnet((32, 32, 3), 10, **arguments)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(RecipeError, match="4 by 4"):
        cifar_resnet((3, 8, 1), 10)
