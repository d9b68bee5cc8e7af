"""Layers that hold layers, as the blocks of KerasHub's backbones do; none of Keras's own."""

import keras
from keras import layers


class ConvBlock(layers.Layer):
    """A convolution and its normalisation in one layer."""

    def __init__(self, filters, strides=2, **options):
        super().__init__(**options)
        self.convolution = layers.Conv2D(
            filters, 3, strides=strides, padding="same", name="convolution"
        )
        self.statistics = layers.BatchNormalization(momentum=0.5, name="statistics")

    def build(self, shape):
        self.convolution.build(shape)
        self.statistics.build(self.convolution.compute_output_shape(shape))
        self.built = True

    def call(self, images, training=None):
        return self.statistics(self.convolution(images), training=training)


class Patches(layers.Layer):
    """Patches of an image and a class token before them, as a sequence."""

    def __init__(self, patch, width, **options):
        super().__init__(**options)
        self.width = width
        self.convolution = layers.Conv2D(width, patch, strides=patch, name="convolution")

    def build(self, shape):
        self.convolution.build(shape)
        self.token = self.add_weight(shape=(1, 1, self.width), name="class_token")
        self.built = True

    def call(self, images):
        x = self.convolution(images)
        x = keras.ops.reshape(x, (-1, x.shape[1] * x.shape[2], self.width))
        token = keras.ops.broadcast_to(self.token, (keras.ops.shape(x)[0], 1, self.width))
        return keras.ops.concatenate([token, x], axis=1)


class Block(layers.Layer):
    """What an encoder stacks."""

    def __init__(self, width, **options):
        super().__init__(**options)
        self.normalization = layers.LayerNormalization(name="normalization")
        self.dense = layers.Dense(width, name="dense")

    def build(self, shape):
        self.normalization.build(shape)
        self.dense.build(shape)
        self.built = True

    def call(self, x):
        return x + self.dense(self.normalization(x))


class Encoder(layers.Layer):
    """A stack of blocks."""

    def __init__(self, width, depth, **options):
        super().__init__(**options)
        self.last = layers.LayerNormalization(name="last")
        self.blocks = [Block(width, name=f"block_{index}") for index in range(depth)]

    def build(self, shape):
        for each in [*self.blocks, self.last]:
            each.build(shape)
        self.built = True

    def call(self, x):
        for each in self.blocks:
            x = each(x)
        return self.last(x)


def conv_blocks():
    """Two blocks in a model, with a head around it: `(batch, 16, 16, 3)` to two logits."""
    images = keras.Input((16, 16, 3))
    x = ConvBlock(4, name="first")(images)
    body = keras.Model(images, ConvBlock(8, name="second")(x), name="body")
    x = layers.GlobalAveragePooling2D()(body(images))
    return keras.Model(images, layers.Dense(2, name="logits")(x))


def encoder(depth=3):
    """A small vision transformer: `(batch, 16, 24, 3)` to two logits."""
    images = keras.Input((16, 24, 3))
    x = Patches(4, 8, name="patches")(images)
    body = keras.Model(images, Encoder(8, depth, name="encoder")(x), name="body")
    x = layers.GlobalAveragePooling1D()(body(images))
    return keras.Model(images, layers.Dense(2, name="logits")(x))
