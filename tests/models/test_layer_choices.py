"""Every initializer, activation and normalisation builds, trains and is what its name says."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes import RecipeError
from keras_recipes.models import cifar_resnet, conv_net, mlp, wide_resnet
from keras_recipes.models.layer_choices import (
    ACTIVATIONS,
    INITIALIZERS,
    NORMALIZATIONS,
    SCALED,
    LayerChoices,
)

SHAPE = (8, 8, 3)
IMAGES = np.random.default_rng(0).normal(size=(16, *SHAPE)).astype("float32")
BUILDERS = {
    "cifar_resnet": lambda **given: cifar_resnet(SHAPE, 5, depth=8, width=8, **given),
    "wide_resnet": lambda **given: wide_resnet(SHAPE, 5, depth=10, widen_factor=1, **given),
    "conv_net": lambda **given: conv_net(SHAPE, 5, blocks=2, width=8, dense_units=(7,), **given),
}


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("name", BUILDERS)
def test_a_gradient_reaches_every_weight(name, normalization):
    keras.utils.set_random_seed(0)
    model = BUILDERS[name](normalization=normalization, activation="silu")
    assert_gradient_everywhere(model)
    biased = [each.use_bias for each in model.layers if isinstance(each, keras.layers.Conv2D)]
    assert set(biased) == {normalization not in SCALED}


@pytest.mark.parametrize("normalization", ["batch", "layer", "none"])
def test_a_gradient_reaches_every_weight_of_the_mlp(normalization):
    assert_gradient_everywhere(mlp(SHAPE, 5, hidden_units=(6, 7), normalization=normalization))


def assert_gradient_everywhere(model):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(IMAGES, training=True) - 1.0))
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert np.all(np.isfinite(gradient)), variable.path
        assert np.any(np.asarray(gradient) != 0), variable.path


@pytest.mark.parametrize("initializer", INITIALIZERS)
def test_initializers_are_kerass(initializer):
    model = conv_net(SHAPE, 5, blocks=1, width=4, dense_units=(3,), initializer=initializer)
    kinds = [
        type(each.kernel_initializer)
        for each in model.layers
        if isinstance(each, keras.layers.Conv2D | keras.layers.Dense)
    ]
    wanted = type(keras.initializers.get(initializer))
    assert kinds == [wanted, wanted, keras.initializers.GlorotUniform]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_are_kerass(activation):
    x = keras.Input((3,))
    model = keras.Model(x, LayerChoices(activation=activation).activate(x))
    values = IMAGES[0, 0]
    expected = getattr(keras.activations, activation)(values)
    np.testing.assert_allclose(model(values), expected, rtol=1e-6, atol=1e-6)


def normalized(images, **given):
    x = keras.Input(images.shape[1:])
    model = keras.Model(x, LayerChoices(**given).normalize(x))
    return np.asarray(model(images, training=True))


def standardised(images, axes):
    mean, variance = images.mean(axes, keepdims=True), images.var(axes, keepdims=True)
    return (images - mean) / np.sqrt(variance + 1e-5)


def test_each_normalisation_standardises_over_what_it_says():
    images = np.random.default_rng(1).normal(2, 3, (4, 3, 5, 16)).astype("float32")
    batch = normalized(images, normalization="batch")
    np.testing.assert_allclose(batch, standardised(images, (0, 1, 2)), atol=1e-4)
    pixel = normalized(images, normalization="layer")
    np.testing.assert_allclose(pixel, standardised(images, (3,)), atol=1e-4)
    for groups, each in ((None, 8), (8, 8), (4, 4), (1, 1)):
        grouped = images.reshape(4, 3, 5, each, 16 // each)
        expected = standardised(grouped, (1, 2, 4)).reshape(images.shape)
        value = normalized(images, normalization="group", groups=groups)
        np.testing.assert_allclose(value, expected, atol=1e-4)
    x = keras.Input(SHAPE)
    assert LayerChoices(normalization="none").normalize(x) is x


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_local_response_follows_the_activation_and_the_others_come_before(normalization):
    x = keras.Input(SHAPE)
    made_of = LayerChoices(
        normalization=normalization, groups=None if normalization != "group" else 3
    )
    before, after = made_of.activate(made_of.normalize(x)), made_of.normalize(made_of.activate(x))
    whole = keras.Model(x, [made_of.normalize_and_activate(x), before, after])
    value, before, after = (np.asarray(each) for each in whole(IMAGES, training=True))
    if normalization == "local_response":
        assert np.array_equal(value, after)
        assert not np.allclose(value, before)
    else:
        assert np.array_equal(value, before)


@pytest.mark.parametrize(
    ("given", "widths", "says"),
    [
        (
            {"initializer": "he_norm"},
            (8,),
            "initializer must be one of .* Did you mean 'he_normal'",
        ),
        ({"activation": "swish"}, (8,), "activation must be one of"),
        ({"normalization": None}, (8,), "normalization must be one of .*; got None"),
        ({"groups": 4}, (8,), "groups has no effect on normalization='batch'"),
        ({"normalization": "group"}, (16, 12), "groups must divide the 12 channels; got 8"),
        ({"normalization": "group", "groups": 0}, (8,), "groups must be a whole number"),
        ({"normalization": "layer"}, (1,), "single channel"),
    ],
)
def test_a_choice_that_is_wrong_or_does_nothing_is_refused(given, widths, says):
    with pytest.raises(RecipeError, match=says) as raised:
        LayerChoices(**given).check("a_net", *widths)
    assert raised.value.where.startswith("a_net: ")
