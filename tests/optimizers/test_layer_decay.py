"""The factor of each variable's rate, by its depth and by what it is."""

import keras
import pytest
from composite_layers import conv_blocks, encoder
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models import cifar_resnet
from keras_recipes.optimizers import layer_multipliers


def small_model():
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(2, 3, strides=2, padding="same", name="first")(inputs)
    x = layers.BatchNormalization(name="first_norm")(x)
    x = layers.Conv2D(2, 3, strides=2, padding="same", name="second")(x)
    return keras.Model(inputs, layers.Dense(3, name="logits")(layers.Flatten()(x)))


def test_factors_fall_with_the_distance_from_the_head():
    pairs = layer_multipliers(small_model(), decay=0.5, bias=2.0, normalization=0.1)
    assert {variable.path: factor for variable, factor in pairs} == {
        "logits/kernel": 1.0,
        "logits/bias": 2.0,
        "second/kernel": 0.5,
        "second/bias": 1.0,
        "first/kernel": 0.25,
        "first/bias": 0.5,
        "first_norm/gamma": pytest.approx(0.025),
        "first_norm/beta": pytest.approx(0.025),
    }


def test_every_trainable_variable_has_one_factor():
    model = cifar_resnet((32, 32, 3), 10)
    pairs = layer_multipliers(model, decay=0.4)
    found = [id(variable) for variable, _ in pairs]
    assert sorted(found) == sorted(id(each) for each in model.trainable_variables)
    assert {round(factor, 6) for _, factor in pairs} == {1.0, 0.4, 0.16, 0.064}


def test_layers_within_layers_have_their_own_kind():
    pairs = layer_multipliers(conv_blocks(), decay=0.5, bias=2.0, normalization=0.1)
    factors = {variable.path: factor for variable, factor in pairs}
    assert factors["first/convolution/kernel"] == 0.25
    assert factors["first/convolution/bias"] == 0.5
    assert factors["second/statistics/gamma"] == pytest.approx(0.05)
    assert len(factors) == 2 * 4 + 2


def test_rates_fall_from_block_to_block():
    model = encoder(depth=3)
    pairs = layer_multipliers(model, decay=0.5)
    found = [id(variable) for variable, _ in pairs]
    assert sorted(found) == sorted(id(each) for each in model.trainable_variables)
    factors = {variable.path: factor for variable, factor in pairs}
    blocks = {path.split("/")[-3]: factor for path, factor in factors.items() if "block" in path}
    assert blocks == {"block_2": 0.5, "block_1": 0.25, "block_0": 0.125}
    assert {factors[path] for path in factors if "patches" in path} == {0.0625}


def test_what_is_frozen_has_none():
    model = small_model()
    model.get_layer("first").trainable = False
    paths = [variable.path for variable, _ in layer_multipliers(model)]
    assert "second/kernel" in paths
    assert "first/kernel" not in paths


@pytest.mark.parametrize(
    ("argument", "value"),
    [("decay", 0), ("decay", 1.1), ("decay", True), ("bias", 0), ("normalization", "1")],
)
def test_a_number_out_of_its_range_is_refused(argument, value):
    with pytest.raises(RecipeError, match=argument):
        layer_multipliers(small_model(), **{argument: value})
