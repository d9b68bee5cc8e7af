"""The plain network is what its arguments say, and learns."""

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

from keras_recipes import RecipeError
from keras_recipes.models import conv_net

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 3)).astype("float32")


def of_type(model, kind):
    return [each for each in model.layers if type(each) is kind]


def trainable(model):
    return sum(int(np.prod(each.shape)) for each in model.trainable_variables)


def test_parameters_counted_by_hand():
    # Convolutions without bias, two numbers a channel of normalisation, the last layer.
    default = 9 * (3 * 32 + 32 * 64 + 64 * 128) + 2 * (32 + 64 + 128) + (128 * 10 + 10)
    assert trainable(conv_net((32, 32, 3), 10)) == default == 94_762
    model = conv_net(
        (16, 12, 1), 7, blocks=2, convolutions=2, width=4, kernel_size=5, normalization="none",
        global_pooling="none", dense_units=(20,),
    )  # fmt: skip
    convolutions = 25 * (1 * 4 + 4 * 4 + 4 * 8 + 8 * 8) + (4 + 4 + 8 + 8)
    assert trainable(model) == convolutions + (4 * 3 * 8 * 20 + 20) + (20 * 7 + 7)


@pytest.mark.parametrize(
    ("pooling", "kind"),
    [("max", keras.layers.MaxPooling2D), ("average", keras.layers.AveragePooling2D)],
)
def test_each_block_halves_the_image_by_pooling(pooling, kind):
    model = conv_net((16, 13, 3), 10, width=4, pooling=pooling, convolutions=2)
    pools = of_type(model, kind)
    assert [each.output.shape[1:] for each in pools] == [(8, 6, 4), (4, 3, 8), (2, 1, 16)]
    assert {each.strides for each in of_type(model, keras.layers.Conv2D)} == {(1, 1)}


def test_each_block_halves_the_image_by_the_stride_of_its_last_convolution():
    model = conv_net((16, 16, 3), 10, width=4, pooling="stride", convolutions=2)
    convolutions = of_type(model, keras.layers.Conv2D)
    assert [each.strides[0] for each in convolutions] == [1, 2, 1, 2, 1, 2]
    assert convolutions[-1].output.shape[1:] == (2, 2, 16)
    assert not of_type(model, keras.layers.MaxPooling2D)


def test_whole_channels_are_dropped_at_the_end_of_each_block():
    model = conv_net((16, 16, 3), 10, blocks=2, width=4, spatial_dropout=0.5)
    first, second = of_type(model, keras.layers.SpatialDropout2D)
    pools = of_type(model, keras.layers.MaxPooling2D)
    assert [first.input, second.input] == [each.output for each in pools]
    before, after = (
        np.asarray(each)
        for each in keras.Model(model.inputs, [second.input, second.output])(IMAGES, training=True)
    )
    gone = np.all(after == 0, axis=(1, 2)) & np.any(before != 0, axis=(1, 2))
    kept = np.isclose(after, before * 2, rtol=1e-5).all(axis=(1, 2))
    assert np.all(gone | kept)
    assert gone.any()
    assert kept.any()


def test_the_dense_head_is_dropped_out_before_each_of_its_layers():
    model = conv_net((16, 16, 3), 10, width=4, dense_units=(6, 5), dropout=0.25)
    drops, dense = of_type(model, keras.layers.Dropout), of_type(model, keras.layers.Dense)
    assert [each.units for each in dense] == [6, 5, 10]
    assert [each.input for each in dense] == [each.output for each in drops]
    assert {each.rate for each in drops} == {0.25}


@pytest.mark.parametrize(
    ("global_pooling", "reduce"),
    [
        ("average", lambda x: x.mean((1, 2))),
        ("max", lambda x: x.max((1, 2))),
        ("none", lambda x: x.reshape(len(x), -1)),
    ],
)
def test_the_last_image_becomes_a_vector(global_pooling, reduce):
    model = conv_net((16, 16, 3), 10, blocks=2, width=4, global_pooling=global_pooling)
    last = of_type(model, keras.layers.MaxPooling2D)[-1].output
    image, vector = keras.Model(model.inputs, [last, model.layers[-1].input])(IMAGES)
    np.testing.assert_allclose(vector, reduce(np.asarray(image)), rtol=1e-5)


def test_logits_are_float32_in_half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = conv_net((16, 16, 3), 10, width=4, spatial_dropout=0.1, dropout=0.1)
    finally:
        keras.config.set_dtype_policy("float32")
    logits = model(IMAGES.astype("uint8"), training=True)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert model.layers[-3].compute_dtype == "bfloat16"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"blocks": 4}, r"input_shape must be at least 16 by 16; got \(8, 8, 1\)"),
        ({"blocks": 0}, "blocks must be a whole number, at least 1"),
        ({"dense_units": (0,)}, "dense_units must be a whole number"),
        ({"pooling": "mean"}, "pooling must be one of 'max', 'average', 'stride'"),
        ({"global_pooling": "flatten"}, "global_pooling must be one of"),
        ({"spatial_dropout": 1}, "spatial_dropout must be in"),
        ({"normalization": "group", "width": 4}, "must divide the 4 channels; got 8"),
    ],
)
def test_a_wrong_argument_is_refused(arguments, says):
    with pytest.raises(RecipeError, match=says):
        conv_net((8, 8, 1), 10, **arguments)


def test_it_learns_digits():
    images, labels = load_digits(return_X_y=True)
    images = (images.reshape(-1, 8, 8, 1) * 255 / 16).astype("uint8")
    keras.utils.set_random_seed(0)
    model = conv_net(
        (8, 8, 1), 10, width=16, spatial_dropout=0.05, dropout=0.1, mean=(75,), variance=(9000,)
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss, metrics=["accuracy"])
    model.fit(images[:1400], labels[:1400], 64, epochs=4, verbose=0)
    assert model.evaluate(images[1400:], labels[1400:], 512, verbose=0)[1] > 0.9
