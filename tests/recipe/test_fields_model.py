"""Every field of every network changes what it computes; what would not is refused."""

import functools
import os
import tempfile
from dataclasses import fields, replace
from typing import get_args

import keras
import numpy as np
import pytest
from each_field import each_change

from keras_recipes import MLP, CifarResNet, ConvNet, RecipeError, Transfer, WideResNet
from keras_recipes.models import layer_choices as built
from keras_recipes.recipe.model import layer_choices as said
from keras_recipes.recipe.model.conv_net import ConvNet as ConvNetPart

FOLDER = tempfile.TemporaryDirectory()
WEIGHTS = os.path.join(FOLDER.name, "own.weights.h5")
IMAGES = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 3)).astype("float32")


def write_weights():
    """Of a network whose statistics are those of some images, so that features don't vanish."""
    model = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.25
    )
    for each in model.layers:
        if isinstance(each, keras.layers.BatchNormalization):
            each.momentum = 0.0
    model(np.repeat(np.repeat(IMAGES, 4, 1), 4, 2) / 127.5 - 1, training=True)
    model.save_weights(WEIGHTS)


write_weights()


def with_groups(part):
    """Other groups than 8 mean something only where the normalisation is by groups."""
    return replace(part, normalization="group", groups=4)


OF_ALL = {
    "initializer": "orthogonal",
    "activation": "gelu",
    "normalization": "group",
    "groups": with_groups,
    "dropout": 0.5,
}

CASES = [
    (
        CifarResNet(depth=8, width=8),
        {**OF_ALL, "depth": 14, "width": 16, "zero_init_residual": True, "stochastic_depth": 0.5},
    ),
    (
        WideResNet(depth=10, widen_factor=1),
        {**OF_ALL, "depth": 16, "widen_factor": 2, "block_dropout": 0.5, "stochastic_depth": 0.5},
    ),
    (
        ConvNet(blocks=2, width=8),
        {
            **OF_ALL,
            "blocks": 1,
            "convolutions": 2,
            "width": 16,
            "kernel_size": 5,
            "pooling": "stride",
            "global_pooling": "none",
            "dense_units": (8,),
            "spatial_dropout": 0.5,
        },
    ),
    (
        Transfer("MobileNet", weights=WEIGHTS, alpha=0.25, input_size=(32, 32)),
        {
            "backbone": lambda part: replace(
                part, backbone="MobileNetV2", alpha=0.35, weights=None
            ),
            "weights": None,
            "alpha": lambda part: replace(part, alpha=0.5, weights=None),
            "input_size": (32, 64),
            "pooling": "both",
            "dense_units": (8,),
            "activation": lambda part: replace(part, dense_units=(8,), activation="gelu"),
            "initializer": "orthogonal",
            "dropout": 0.5,
            "batch_normalization": "training",
        },
    ),
    (
        MLP(hidden_units=(8,)),
        {
            "hidden_units": (8, 8),
            "initializer": "orthogonal",
            "activation": "gelu",
            "normalization": "batch",
            "dropout": 0.5,
        },
    ),
]


@functools.cache
def logits(part):
    """Of a training step, from the weights of one seed."""
    keras.utils.set_random_seed(0)
    model = part.build((8, 8, 3), 5, mean=(128.0,) * 3, variance=(5000.0,) * 3)
    return np.asarray(model(IMAGES, training=True))


@pytest.mark.parametrize(("part", "changed"), each_change(CASES))
def test_the_network_changes(part, changed):
    assert np.abs(logits(part) - logits(changed)).max() > 1e-3


def test_groups_change_more_than_the_normalisation_that_they_need():
    for part, _ in CASES[:3]:
        eight = logits(replace(part, normalization="group"))
        assert np.abs(eight - logits(with_groups(part))).max() > 1e-3


def test_what_can_be_said_is_what_can_be_built():
    assert get_args(said.Initializer) == built.INITIALIZERS
    assert get_args(said.Activation) == built.ACTIVATIONS
    assert get_args(said.Normalization) == built.NORMALIZATIONS
    assert said.SCALED == built.SCALED
    assert ConvNetPart is ConvNet


@pytest.mark.parametrize("cls", [CifarResNet, ConvNet, MLP, Transfer, WideResNet])
def test_the_defaults_are_those_of_the_function(cls):
    from inspect import signature

    from keras_recipes import models

    name = {
        CifarResNet: "cifar_resnet",
        ConvNet: "conv_net",
        MLP: "mlp",
        Transfer: "transfer",
        WideResNet: "wide_resnet",
    }
    parameters = signature(getattr(models, name[cls])).parameters
    for each in fields(cls):
        if each.name == "backbone":  # which has none
            continue
        assert parameters[each.name].default == each.default, each.name


@pytest.mark.parametrize(
    ("make", "place", "says"),
    [
        (lambda: CifarResNet(groups=8), "model.groups", "no effect on model.normalization='batch'"),
        (lambda: ConvNet(normalization="group", width=12), "model.groups", "Use 2 or 3 or 4 or 6"),
        (lambda: ConvNet(normalization="layer", width=1), "model.normalization", "width=1"),
        (lambda: WideResNet(normalization="group", groups=3), "model.groups", "divide the 16"),
        (lambda: WideResNet(depth=20), "model.depth", "16 and 22"),
        (lambda: WideResNet(widen_factor=0), "model.widen_factor", "at least 1"),
        (lambda: WideResNet(block_dropout=1.0), "model.block_dropout", "[0, 1)"),
        (
            lambda: CifarResNet(zero_init_residual=True, normalization="local_response"),
            "model.zero_init_residual",
            'use normalization="batch"',
        ),
        (lambda: CifarResNet(normalization="instance"), "model.normalization", "'group'"),
        (lambda: CifarResNet(activation="rellu"), "model.activation", "Did you mean 'relu'?"),
        (lambda: ConvNet(initializer="he_norm"), "model.initializer", "mean 'he_normal'"),
        (lambda: ConvNet(dense_units=[8]), "model.dense_units", "round brackets: (8,)"),
        (lambda: ConvNet(dense_units=(8, 0)), "model.dense_units", "at least 1"),
        (lambda: ConvNet(pooling="mean"), "model.pooling", "'average'"),
        (lambda: MLP(hidden_units=()), "model.hidden_units", "(256,)"),
        (lambda: MLP(hidden_units=(1,), normalization="layer"), "model.normalization", "Use two"),
        (lambda: Transfer("MobilNet"), "model.backbone", "Did you mean 'MobileNet'?"),
        (lambda: Transfer("ResNet50", alpha=0.5), "model.alpha", "no effect on ResNet50"),
        (lambda: Transfer("MobileNetV2", alpha=0.6), "model.alpha", "0.35, 0.5, 0.75"),
        (lambda: Transfer("a.keras", weights="b.h5"), "model.weights", "brings its own"),
        (lambda: Transfer("ResNet50", weights="image"), "model.weights", '"imagenet"'),
        (lambda: Transfer("keras_hub:"), "model.backbone", "names no preset"),
        (lambda: Transfer("keras_hub:hf://a/b"), "model.backbone", "keras_hub:resnet_50"),
        (lambda: Transfer("keras_hub:a", weights="b.h5"), "model.weights", "brings its own"),
        (lambda: Transfer("keras_hub:a", alpha=0.5), "model.alpha", "no effect on keras_hub:a"),
        (lambda: MLP(normalization="group"), "model.normalization", "'layer'"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_the_fix(make, place, says):
    with pytest.raises(RecipeError) as raised:
        make()
    assert raised.value.where == place
    assert says in str(raised.value)
    assert raised.value.fix.endswith((".", "?"))


@pytest.mark.parametrize(
    ("part", "says"),
    [(ConvNet(blocks=4), "at least 16 by 16"), (CifarResNet(), "4 by 4"), (WideResNet(), "4 by 4")],
)
def test_images_too_small_for_the_network_are_refused(part, says):
    with pytest.raises(RecipeError, match=says):
        part.build((3, 8, 1), 5, mean=(0.0,), variance=(1.0,))
