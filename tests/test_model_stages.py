"""A network's head and stages: divided by resolution, whatever the network."""

import keras
import pytest
from composite_layers import conv_blocks, encoder
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.model_stages import head_and_stages, holders_of_weights
from keras_recipes.models import cifar_resnet, conv_net, mlp


def names(model):
    head, stages = head_and_stages(model)
    return [each.name for each in head], [[each.name for each in stage] for stage in stages]


def with_head(backbone):
    inputs = keras.Input(backbone.input_shape[1:])
    x = layers.GlobalAveragePooling2D()(backbone(layers.Rescaling(1 / 255)(inputs)))
    x = layers.Dense(8, name="hidden")(x)
    return keras.Model(inputs, layers.Dense(5, name="logits")(x))


def test_residual_stages_begin_where_the_image_is_halved():
    head, stages = head_and_stages(cifar_resnet((32, 32, 3), 10, mean=(1,) * 3, variance=(1,) * 3))
    assert [each.name for each in head] == ["logits"]
    # A convolution and a normalisation each: the first, and three blocks of two a stage.
    assert [len(stage) for stage in stages] == [14, 12, 12]
    assert [stage[0].filters for stage in stages] == [16, 32, 64]


def test_dense_layers_behind_the_image_are_a_stage_of_their_own():
    _, stages = head_and_stages(conv_net((32, 32, 3), 10, blocks=2, dense_units=(8,)))
    assert [[type(each).__name__ for each in stage] for stage in stages] == [
        ["Conv2D", "BatchNormalization"],
        ["Conv2D", "BatchNormalization"],
        ["Dense"],
    ]


def test_a_network_without_images_has_one_stage():
    head, stages = head_and_stages(mlp((8, 8, 1), 10, hidden_units=(8, 8)))
    assert [each.name for each in head] == ["logits"]
    assert len(stages) == 1
    assert len(stages[0]) == 2


def test_all_around_a_model_within_is_the_head():
    backbone = keras.applications.MobileNet(
        alpha=0.25, input_shape=(64, 64, 3), include_top=False, weights=None
    )
    head, stages = names(with_head(backbone))
    assert head == ["hidden", "logits"]
    # The paper's table 1: stride 2 in the first convolution and in blocks 2, 4, 6 and 12.
    begins = ["conv1", "conv_dw_2", "conv_dw_4", "conv_dw_6", "conv_dw_12"]
    assert [stage[0] for stage in stages] == begins
    assert sum(map(len, stages)) == sum(bool(each.weights) for each in backbone.layers)


def test_squeeze_and_excitation_belongs_to_the_stage_that_it_scales():
    backbone = keras.applications.MobileNetV3Small(
        input_shape=(64, 64, 3), include_top=False, weights=None
    )
    _, stages = names(with_head(backbone))
    assert len(stages) == 5
    assert "expanded_conv_squeeze_excite_conv" in stages[1]


def test_a_sequential_model_is_divided_once_its_input_is_known():
    model = keras.Sequential(
        [layers.Conv2D(4, 3, name="first"), layers.Flatten(), layers.Dense(4, name="last")]
    )
    with pytest.raises(RecipeError, match=r"Build it from keras.Input"):
        head_and_stages(model)
    model.build((None, 8, 8, 1))
    assert names(model) == (["last"], [["first"]])


def test_each_block_that_an_encoder_stacks_is_a_stage():
    head, stages = names(encoder(depth=3))
    assert head == ["logits"]
    assert stages == [["patches"], ["block_0"], ["block_1"], ["block_2", "last"]]


def test_a_layer_of_convolutions_is_one_of_its_resolution():
    assert names(conv_blocks()) == (["logits"], [["first"], ["second"]])


def test_a_sequence_has_the_resolution_of_its_patches():
    images = keras.Input((32, 16, 3))
    x = layers.Conv2D(8, 3, padding="same", name="whole")(images)
    x = layers.Conv2D(8, 4, strides=4, name="patches")(x)
    x = layers.LayerNormalization(name="sequence")(layers.Reshape((32, 8))(x))
    model = keras.Model(images, layers.Dense(2, name="logits")(layers.Flatten()(x)))
    assert names(model) == (["logits"], [["whole"], ["patches", "sequence"]])


def test_what_holds_a_weight_may_be_within_a_layer():
    model = encoder(depth=2)
    _, stages = head_and_stages(model)
    held = [(type(a).__name__, b.name) for a, b in holders_of_weights(stages[0][0])]
    assert sorted(held) == [("Conv2D", "bias"), ("Conv2D", "kernel"), ("Patches", "class_token")]
