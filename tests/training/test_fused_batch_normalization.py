"""The fused kernel computes what Keras's own layers do, and leaves a plain model behind."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.models import cifar_resnet
from keras_recipes.training.fused_batch_normalization import fuse_batch_normalization

IMAGES = np.random.default_rng(0).normal(3.0, 2.0, (16, 8, 8, 3)).astype("float32")


def model_of(policy="float32", seed=0):
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(5, 3, use_bias=False, dtype=policy)(inputs)
    layer = keras.layers.BatchNormalization(momentum=0.7, epsilon=1e-2, dtype=policy)
    return keras.Model(inputs, keras.layers.Activation("linear", dtype="float32")(layer(x)))


def pass_through(model):
    """Output and gradients of a training pass, the moving statistics after it, and inference."""
    images = tf.constant(IMAGES)
    with tf.GradientTape() as tape:
        output = model(images, training=True)
        loss = tf.reduce_sum(tf.square(output) * tf.constant(IMAGES[:, :6, :6, :1]))
    gradients = tape.gradient(loss, model.trainable_variables)
    weights = [keras.ops.convert_to_numpy(each) for each in model.weights]
    return [output, *gradients, *weights, model(images, training=False)]


@pytest.mark.parametrize(("policy", "tolerance"), [("float32", 1e-4), ("mixed_bfloat16", 2e-2)])
def test_it_equals_kerass_own(policy, tolerance):
    plain, fused = model_of(policy), model_of(policy)
    assert fuse_batch_normalization(fused) == 1
    for expected, value in zip(pass_through(plain), pass_through(fused), strict=True):
        expected, value = np.asarray(expected, "float32"), np.asarray(value, "float32")
        scale = np.abs(expected).max()
        assert np.abs(expected - value).max() <= tolerance * scale


def test_a_frozen_layer_keeps_its_statistics():
    model = model_of()
    fuse_batch_normalization(model)
    model.layers[2].trainable = False
    before = [keras.ops.convert_to_numpy(each) for each in model.layers[2].weights]
    model(IMAGES, training=True)
    for old, new in zip(before, model.layers[2].weights, strict=True):
        assert np.array_equal(old, keras.ops.convert_to_numpy(new))


def test_a_saved_model_has_keras_layers_alone(tmp_path):
    model = cifar_resnet((8, 8, 3), 10, depth=8, width=4, mean=(1, 2, 3), variance=(1, 1, 1))
    assert fuse_batch_normalization(model) == 7
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.allclose(loaded(IMAGES), model(IMAGES), atol=1e-4)


def test_layers_it_cannot_compute_are_left_alone():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.BatchNormalization(axis=1)(inputs)
    x = keras.layers.BatchNormalization(center=False)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.BatchNormalization()(x))
    assert fuse_batch_normalization(model) == 0
