"""The multilayer perceptron is what its arguments say, and learns."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from keras_recipes import RecipeError
from keras_recipes.models import mlp

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 1)).astype("float32")


def of_type(model, kind):
    return [each for each in model.layers if type(each) is kind]


def trainable(model):
    return sum(int(np.prod(each.shape)) for each in model.trainable_variables)


def test_parameters_counted_by_hand():
    default = (64 * 256 + 256) + (256 * 256 + 256) + (256 * 10 + 10)
    assert trainable(mlp((8, 8, 1), 10)) == default == 85_002
    model = mlp((4, 4, 3), 7, hidden_units=(20, 30), normalization="batch")
    assert trainable(model) == (48 * 20 + 2 * 20) + (20 * 30 + 2 * 30) + (30 * 7 + 7)


@pytest.mark.parametrize(
    ("normalization", "kind"),
    [("batch", keras.layers.BatchNormalization), ("layer", keras.layers.LayerNormalization)],
)
def test_hidden_layers_are_normalised_then_activated_then_dropped_out(normalization, kind):
    model = mlp((8, 8, 1), 10, hidden_units=(6, 5), normalization=normalization, dropout=0.2)
    hidden = ["Dense", kind.__name__, "ReLU", "Dropout"]
    names = [type(each).__name__ for each in model.layers]
    assert names == ["InputLayer", "Flatten", *hidden, *hidden, "Dense"]
    assert {each.rate for each in of_type(model, keras.layers.Dropout)} == {0.2}


def test_logits_are_float32_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = mlp((8, 8, 1), 10, dropout=0.1, mean=(1,), variance=(2,))
    finally:
        keras.config.set_dtype_policy("float32")
    logits = model(IMAGES.astype("uint8"), training=True)
    assert logits.shape == (4, 10)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert of_type(model, keras.layers.Dense)[0].compute_dtype == "bfloat16"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"hidden_units": ()}, "at least one size"),
        ({"hidden_units": (0,)}, "hidden_units must be a whole number"),
        ({"normalization": "group"}, "normalization must be one of 'batch', 'layer', 'none'"),
        ({"normalization": "layer", "hidden_units": (1,)}, "single channel"),
        ({"dropout": 1}, "dropout must be in"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, says):
    with pytest.raises(RecipeError, match=says):
        mlp((8, 8, 1), 10, **arguments)


@pytest.mark.parametrize("normalization", ["none", "batch"])
def test_it_learns_digits(normalization):
    images, labels = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8, 1) * 255 / 16).astype("uint8")
    keras.utils.set_random_seed(0)
    model = mlp(
        (8, 8, 1), 10, hidden_units=(64,), normalization=normalization, dropout=0.1, mean=(75,),
        variance=(9000,),
    )  # fmt: skip
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss, metrics=["accuracy"])
    model.fit(images[:1400], labels[:1400], 64, epochs=5, verbose=0)
    assert model.evaluate(images[1400:], labels[1400:], 512, verbose=0)[1] > 0.9
