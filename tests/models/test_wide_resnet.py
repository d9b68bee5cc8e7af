"""The wide residual network is the paper's, and its blocks are put together as its authors do."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.models import wide_resnet

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype("float32")


def trainable(model):
    return sum(int(np.prod(each.shape)) for each in model.trainable_variables)


@pytest.mark.parametrize(
    ("depth", "widen_factor", "millions"),
    [(40, 1, 0.6), (40, 2, 2.2), (40, 4, 8.9), (16, 8, 11.0), (28, 10, 36.5)],
)
def test_parameters_are_those_of_the_paper(depth, widen_factor, millions):
    count = trainable(wide_resnet((32, 32, 3), 10, depth=depth, widen_factor=widen_factor))
    assert round(count / 1e6, 1) == millions
    # Counted by hand: convolutions, shortcuts and batch normalisation of every stage.
    blocks = (depth - 4) // 6
    total, previous = 9 * 3 * 16, 16
    for stage in range(3):
        width = 16 * widen_factor * 2**stage
        convolutions = 9 * previous * width + 9 * width * width * (2 * blocks - 1)
        shortcut = previous * width if previous != width else 0
        normalisation = 2 * previous + 2 * width * (2 * blocks - 1)
        total += convolutions + shortcut + normalisation
        previous = width
    assert count == total + 2 * previous + (previous * 10 + 10)


def test_depth_counts_the_layers_of_the_main_path():
    model = wide_resnet((8, 8, 3), 10, depth=16, widen_factor=1)
    kernels = [each.kernel_size for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    # The paper counts one shortcut of each stage too: 6n + 4 = (1 + 6n) + 3.
    assert kernels.count((3, 3)) == 16 - 3
    assert kernels.count((1, 1)) == 2  # none where widen_factor=1 leaves the channels as they are


def test_a_block_is_normalised_before_its_convolutions():
    model = wide_resnet((8, 8, 3), 10, depth=10, widen_factor=2, block_dropout=0.3)
    names = [type(each).__name__ for each in model.layers]
    first_block = names[2 : names.index("Add") + 1]
    assert sorted(first_block) == sorted(
        ["BatchNormalization", "ReLU", "Conv2D", "BatchNormalization", "ReLU", "Dropout"]
        + ["Conv2D", "Conv2D", "Add"]
    )
    shortcut, branch = model.layers[names.index("Add")].input
    projection = next(each for each in model.layers if getattr(each, "output", None) is shortcut)
    relu = next(each for each in model.layers if isinstance(each, keras.layers.ReLU))
    assert projection.kernel_size == (1, 1)
    assert projection.input is relu.output  # both ways begin behind the same activation
    convolution = next(each for each in model.layers if getattr(each, "output", None) is branch)
    drop = next(each for each in model.layers if isinstance(each, keras.layers.Dropout))
    assert convolution.input is drop.output
    assert drop.noise_shape is None
    assert [each.use_bias for each in (projection, convolution)] == [False, False]


def test_the_image_is_halved_twice():
    model = wide_resnet((9, 8, 3), 10, depth=10, widen_factor=1)
    adds = [each.output.shape[1:] for each in model.layers if isinstance(each, keras.layers.Add)]
    assert adds == [(9, 8, 16), (5, 4, 32), (3, 2, 64)]


def test_logits_are_float32_in_half_precision_and_uint8_images_are_taken():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = wide_resnet(
            (8, 8, 3), 10, depth=10, widen_factor=1, mean=(1, 2, 3), variance=(4, 5, 6),
            block_dropout=0.1, stochastic_depth=0.1, dropout=0.1,
        )  # fmt: skip
    finally:
        keras.config.set_dtype_policy("float32")
    logits = model(IMAGES.astype("uint8"), training=True)
    assert logits.shape == (4, 10)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert model.layers[-2].compute_dtype == "bfloat16"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"depth": 20}, "depth must be 6n"),
        ({"depth": 4}, "depth must be 6n"),
        ({"widen_factor": 0}, "widen_factor must be"),
        ({"block_dropout": 1.0}, "block_dropout must be in"),
        ({"normalization": "group", "groups": 3}, "must divide the 16 channels"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, says):
    with pytest.raises(RecipeError, match=says):
        wide_resnet((32, 32, 3), 10, **arguments)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(RecipeError, match="4 by 4"):
        wide_resnet((3, 8, 1), 10)
