"""Weights of a published backbone as the library publishes them, made here: the layout is its own.

The arrays are random, so that nothing has to be fetched.
"""

import h5py
import keras
import numpy as np


def small_mobilenet(**options):
    return keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.25, **options
    )


def write_published(path, model, *, chunks=False):
    """An HDF5 file with `layer_names` and, for each layer, `weight_names` in its group."""
    rng = np.random.default_rng(0)
    arrays = []
    with h5py.File(path, "w") as file:
        names = [each.name.encode() for each in model.layers]
        if chunks:  # as HDF5 forces where names are many
            file.attrs["layer_names0"], file.attrs["layer_names1"] = names[:9], names[9:]
        else:
            file.attrs["layer_names"] = names
        for layer in model.layers:
            group = file.create_group(layer.name)
            variables = [*layer.trainable_weights, *layer.non_trainable_weights]
            group.attrs["weight_names"] = [
                f"{layer.name}/{index}:0".encode() for index in range(len(variables))
            ]
            for index, each in enumerate(variables):
                arrays.append(rng.uniform(0.5, 1.5, each.shape).astype("float32"))
                group.create_dataset(f"{layer.name}/{index}:0", data=arrays[-1])
    return arrays


def settle(model):
    """Set batch normalisation's statistics to those of some images, so features don't vanish."""
    norms = [each for each in model.layers if isinstance(each, keras.layers.BatchNormalization)]
    momenta = [each.momentum for each in norms]
    trainable = [each.trainable for each in norms]
    for each in norms:
        each.momentum, each.trainable = 0.0, True
    images = np.random.default_rng(0).uniform(-1, 1, (8, *model.input_shape[1:])).astype("float32")
    model(images, training=True)
    for each, momentum, trains in zip(norms, momenta, trainable, strict=True):
        each.momentum, each.trainable = momentum, trains
