"""Small models, and epochs whose values are written down: for the tests of callbacks."""

import keras
import numpy as np


def make_model(kind="functional", optimizer="adam"):
    keras.utils.set_random_seed(1)
    if kind == "subclassed":
        model = Subclassed()
        model.build((None, 3))
    elif kind == "sequential":
        layers = [keras.layers.Dense(4), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input((3,)), *layers], name="mine")
    else:
        inputs = keras.Input((3,))
        left, right = keras.layers.Dense(4)(inputs), keras.layers.Dense(4, "tanh")(inputs)
        mixed = keras.layers.Dropout(0.5)(keras.layers.Add()([left, right]))
        model = keras.Model(inputs, keras.layers.Dense(1)(mixed), name="mine")
    model.compile(optimizer, loss="mse")
    return model


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def build(self, input_shape):
        self.dense.build(input_shape)
        self.built = True

    def call(self, inputs):
        return self.dense(inputs)


def fit(model, *callbacks, **arguments):
    generator = np.random.default_rng(0)
    x, y = generator.random((8, 3), "float32"), generator.random((8, 1), "float32")
    arguments = {"epochs": 3, "batch_size": 4, "shuffle": False, "verbose": 0, **arguments}
    return model.fit(x, y, callbacks=list(callbacks), **arguments)


def set_all(model, value):
    model.set_weights([np.full_like(weight, value) for weight in model.get_weights()])


def assert_same_weights(one, other):
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def drive(callback, values, name="val_loss", model=None, begin=0, end=True):
    """Run the hooks as fit does; the weights in epoch e are all e. Returns model and epochs run."""
    model = model or make_model()
    callback.set_model(model)
    callback.set_params({"epochs": begin + len(values), "steps": 1})
    if begin == 0:
        callback.on_train_begin()
    model.stop_training = False
    for epoch, value in enumerate(values, begin):
        set_all(model, epoch)
        logs = {"loss": 1.0, "val_other": 1.0}
        callback.on_epoch_end(epoch, logs if value is None else {**logs, name: value})
        if model.stop_training:
            break
    if end:
        callback.on_train_end()
    return model, epoch + 1


def weights_hold(model, value):
    return all((weight == value).all() for weight in model.get_weights())
