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


def test_weights_of_a_seed_are_those_of_the_first_version():
    keras.utils.set_random_seed(0)
    model = cifar_resnet((32, 32, 3), 10, depth=20, mean=(125, 123, 113), variance=(3900,) * 3)
    kernels = [np.asarray(each) for each in model.trainable_variables if len(each.shape) > 1]
    sums = [float(np.abs(each).sum()) for each in kernels]
    expected = {0: 92.62562, 1: 225.92744, 8: 629.1341, 13: 1267.6797, 18: 1777.5906, 19: 87.54054}
    assert len(sums) == 20
    for index, value in expected.items():
        assert sums[index] == pytest.approx(value, rel=1e-5)
    assert float(model(IMAGES[:1] * 0)[0, 0]) == pytest.approx(-6.74185, rel=1e-3)


def test_blocks_begin_as_their_shortcuts_where_asked():
    model = cifar_resnet((8, 8, 3), 10, depth=14, width=4, zero_init_residual=True)
    scales = [each.gamma for each in model.layers if hasattr(each, "gamma")]
    sums = [float(np.abs(each).sum()) for each in scales]
    assert sums == [4] + [4, 0] * 2 + [8, 0] * 2 + [16, 0] * 2
    adds = [each for each in model.layers if isinstance(each, keras.layers.Add)]
    shortcut, branch = keras.Model(model.inputs, adds[0].input)(IMAGES[:, :8, :8])
    assert np.any(shortcut)
    assert not np.any(branch)


def test_deeper_blocks_are_dropped_more_often():
    model = cifar_resnet((8, 8, 3), 10, depth=14, width=4, stochastic_depth=0.6)
    drops = [each for each in model.layers if isinstance(each, keras.layers.Dropout)]
    assert [each.rate for each in drops] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert all(each.noise_shape == (None, 1, 1, 1) for each in drops)
    adds = [each for each in model.layers if isinstance(each, keras.layers.Add)]
    assert all(each.input[1] is drop.output for each, drop in zip(adds, drops, strict=True))


def test_dropout_is_before_the_last_layer_alone():
    model = cifar_resnet((8, 8, 3), 10, depth=8, width=4, dropout=0.3)
    (drop,) = [each for each in model.layers if isinstance(each, keras.layers.Dropout)]
    assert drop.rate == 0.3
    assert drop.output is model.layers[-1].input
    assert drop.output.shape == (None, 16)


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


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"depth": 21}, "depth must be 6n"),
        ({"depth": 2}, "depth must be 6n"),
        ({"width": 0}, "width must be a whole number, at least 1; got 0"),
        ({"stochastic_depth": 1}, r"stochastic_depth must be in \[0, 1\)"),
        ({"dropout": -0.1}, r"dropout must be in \[0, 1\)"),
        ({"normalization": "bacth"}, "Did you mean 'batch'"),
        ({"zero_init_residual": True, "normalization": "none"}, "needs a scale"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, says):
    with pytest.raises(RecipeError, match=says):
        cifar_resnet((32, 32, 3), 10, **arguments)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(RecipeError, match="4 by 4"):
        cifar_resnet((3, 8, 1), 10)
