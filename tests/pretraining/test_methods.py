"""Each method trains the body that it is given, in stock `fit`, and leaves the rest as it is."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keras_recipes import augment
from keras_recipes.errors import RecipeError
from keras_recipes.models import cifar_resnet, conv_net, mlp, set_trainable, split_head, transfer
from keras_recipes.pretraining import (
    NTXent,
    denoising_autoencoder,
    feature_model,
    four_turns,
    rotations,
    simclr,
    spoilt_and_whole,
    two_views,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (16, 16, 16, 3)).astype(np.uint8)
SHAPE, INSIDE = (16, 16, 3), {"mean": (120.0,) * 3, "variance": (5000.0,) * 3}
NETWORKS = {
    "resnet": lambda: cifar_resnet(SHAPE, 4, depth=8, width=4, **INSIDE),
    "conv_net": lambda: conv_net(SHAPE, 4, blocks=2, width=4, dropout=0.5, **INSIDE),
    "dense layers": lambda: conv_net(
        SHAPE, 4, blocks=2, width=4, global_pooling="none", dense_units=(8,), dropout=0.5
    ),
    "mlp": lambda: mlp(SHAPE, 4, hidden_units=(8, 8), normalization="batch", **INSIDE),
    "sequential": lambda: keras.Sequential(
        [keras.Input(SHAPE), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D(), layers.Dense(4)]
    ),
    "transfer": lambda: transfer(
        (32, 32, 3), 4, "MobileNet", alpha=0.25, weights=None, batch_normalization="training"
    ),
}


FLIP = augment.Flip(seed=1)


def flipped(images):
    return FLIP(tf.cast(images, tf.float32))


def spoilt(images):
    return spoilt_and_whole(images, tf.constant([1, 2]), **INSIDE)


METHODS = {
    "simclr": (
        functools.partial(simclr, projection_units=(8, 6)),
        NTXent(),
        lambda images: two_views(images, flipped),
    ),
    "rotations": (rotations, keras.losses.CategoricalCrossentropy(from_logits=True), four_turns),
    "autoencoder": (functools.partial(denoising_autoencoder, decoder_width=4), "mse", spoilt),
}


def stream(model, batch):
    images = tf.image.resize(IMAGES, model.input_shape[1:3]).numpy()
    return tf.data.Dataset.from_tensor_slices(images).batch(8, drop_remainder=True).map(batch)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("simclr", "resnet"),
        ("simclr", "mlp"),
        ("rotations", "transfer"),
        ("rotations", "sequential"),
        ("autoencoder", "conv_net"),
        ("autoencoder", "dense layers"),
    ],
)
def test_the_body_learns_and_the_head_stays(method, name):
    keras.utils.set_random_seed(0)
    model = NETWORKS[name]()
    build, loss, batch = METHODS[method]
    network = build(model)
    body, head = split_head(model)
    before, head_before = body.get_weights(), head.get_weights()
    network.compile(keras.optimizers.SGD(0.1), loss)
    network.fit(stream(model, batch), epochs=1, verbose=0)
    for old, variable in zip(before, body.weights, strict=True):
        if "gamma" in variable.path or "beta" in variable.path or "bias" in variable.path:
            continue  # a bias before a normalisation has no gradient
        moved = not np.array_equal(old, variable.numpy())
        # Statistics too; what normalises the images is given, and stays.
        assert moved != ("normalization" in variable.path.split("/")[0] and "moving" not in
                         variable.path), variable.path  # fmt: skip
    for old, new in zip(head_before, head.get_weights(), strict=True):
        assert np.array_equal(old, new)
    assert network.outputs[0].dtype == "float32"


def test_a_body_without_layers_that_train_is_refused():
    model = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Dense(4)])
    frozen = NETWORKS["resnet"]()
    set_trainable(frozen, "head")
    for build, _, _ in METHODS.values():
        for each in (model, frozen):
            with pytest.raises(RecipeError):
                build(each)


def test_two_views_lie_beside_each_other_and_differ():
    views, which = two_views(IMAGES, flipped)
    assert which.numpy().tolist() == np.repeat(np.arange(16), 2).tolist()
    views = views.numpy().astype(np.uint8)
    for view, image in zip(views, which.numpy(), strict=True):
        assert any(np.array_equal(view, each) for each in (IMAGES[image], IMAGES[image][:, ::-1]))
    alike = [np.array_equal(*pair) for pair in views.reshape(16, 2, *SHAPE)]
    assert 0 < sum(alike) < 16


def test_four_turns_are_those_of_numpy():
    images, turns = four_turns(tf.constant(IMAGES[:3]))
    for row in range(12):
        assert np.argmax(turns[row]) == row % 4
        assert np.array_equal(images[row], np.rot90(IMAGES[row // 4], row % 4))
    assert turns.numpy().sum(axis=1).tolist() == [1] * 12
    with pytest.raises(RecipeError, match="must be square; got 16 x 8"):
        rotations(conv_net((16, 8, 3), 4, blocks=2, width=4))


def test_what_is_hidden_and_what_is_to_be_drawn():
    spoil = functools.partial(spoilt_and_whole, **INSIDE)
    hidden, whole = spoil(IMAGES, tf.constant([1, 2]), noise=0.0, masked=0.5, patch=5)
    np.testing.assert_allclose(whole, (IMAGES - 120.0) / np.sqrt(5000.0), rtol=1e-5)
    masks = (hidden.numpy() != IMAGES).any(axis=-1)
    share = masks.mean()
    assert 0.4 < share < 0.6
    assert (hidden.numpy()[masks] == 120).all()
    corners = masks[:, ::5, ::5]  # patches that fill no whole one at the end are narrower
    assert np.array_equal(masks, corners.repeat(5, axis=1).repeat(5, axis=2)[:, :16, :16])
    assert len({each.tobytes() for each in masks}) == 16
    again, _ = spoil(IMAGES, tf.constant([1, 2]), noise=0.0, masked=0.5, patch=5)
    other, _ = spoil(IMAGES, tf.constant([1, 3]), noise=0.0, masked=0.5, patch=5)
    assert np.array_equal(hidden, again)
    assert not np.array_equal(hidden, other)
    noisy, _ = spoil(IMAGES, tf.constant([1, 2]), noise=25.0, masked=0.0)
    difference = noisy.numpy() - IMAGES
    assert difference.std() == pytest.approx(25, rel=0.05)
    assert abs(difference.mean()) < 1
    same, _ = spoil(IMAGES, tf.constant([1, 2]), noise=0.0, masked=0.0)
    assert np.array_equal(same, IMAGES)


def test_the_decoder_begins_at_the_last_map_or_at_the_features():
    from_map = denoising_autoencoder(NETWORKS["conv_net"](), decoder_width=4)
    assert not any(isinstance(each, layers.GlobalAveragePooling2D) for each in from_map.layers)
    assert not any(isinstance(each, layers.Dense) for each in from_map.layers)
    from_features = denoising_autoencoder(NETWORKS["dense layers"](), decoder_width=4)
    dense = [each for each in from_features.layers if isinstance(each, layers.Dense)]
    assert [each.units for each in dense] == [8, 4 * 4 * 4]
    odd = denoising_autoencoder(conv_net((20, 28, 1), 4, blocks=3, width=4), decoder_width=4)
    assert odd.output_shape == (None, 20, 28, 1)


def test_features_are_one_vector_an_image():
    for name, make in NETWORKS.items():
        model = make()
        features = feature_model(model)
        assert len(features.output_shape) == 2, name
        assert {id(each) for each in features.variables} < {id(each) for each in model.variables}


def test_a_pretrained_body_computes_in_half_precision_and_its_embedding_does_not():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = NETWORKS["conv_net"]()
        networks = [build(model) for build, _, _ in METHODS.values()]
    finally:
        keras.config.set_dtype_policy("float32")
    for network in networks:
        assert network.outputs[0].dtype == "float32"
        assert any(each.compute_dtype == "bfloat16" for each in network.layers[-3:])
