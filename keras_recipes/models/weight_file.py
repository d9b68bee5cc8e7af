"""Weights from a file in a network that is built: each array checked before any is set."""

import os

import h5py
import numpy as np

from keras_recipes.errors import RecipeError


def load_weight_file(model, path):
    """Set a model's weights from an HDF5 file as `keras.applications` publishes them.

    Layers with weights are matched in their order, since names are numbered anew in each process.
    What the file has after the model's last layer, its classifier say, is left out. A file as
    `model.save_weights` writes it (`.weights.h5`) is read by Keras itself.

    Raises:
        RecipeError: if there is no such file, it can't be read, or a layer does not fit: which, and
            the shapes; the model is as it was then.
    """
    if not os.path.isfile(path):
        raise RecipeError("model.weights", f"{path} does not exist", "Name a file that does.")
    try:
        with h5py.File(path, "r") as file:
            stored = _published_layers(file)
    except OSError as error:
        raise RecipeError(
            "model.weights", f"{path} can't be read: {error}",
            "Name an HDF5 file of this network's weights.",
        ) from None  # fmt: skip
    if stored is None:
        _load_with_keras(model, path)
        return
    wanted = [each for each in model.layers if each.weights]
    for index, layer in enumerate(wanted):
        have = [tuple(each.shape) for each in _variables(layer)]
        name, arrays = stored[index] if index < len(stored) else ("nothing", [])
        found = [each.shape for each in arrays]
        if found != have:
            raise RecipeError(
                "model.weights",
                f"{path} do not fit {model.name}: layer {layer.name} has {_shapes(have)}, and the "
                f"file has {_shapes(found)} in {name}",
                "Name the weights of this backbone, of its width (alpha) and of 3 channels.",
            )
    for layer, (_, arrays) in zip(wanted, stored, strict=False):
        for variable, array in zip(_variables(layer), arrays, strict=True):
            variable.assign(array)


def _published_layers(file):
    """(name, arrays) of each layer with weights, or None where it is not of that format."""
    group = file.get("model_weights", file)
    listed = _names(group.attrs, "layer_names")
    if not listed:
        return None
    layers = []
    for name in listed:
        arrays = [
            np.asarray(group[name][each]) for each in _names(group[name].attrs, "weight_names")
        ]
        if arrays:
            layers.append((name, arrays))
    return layers


def _names(attributes, key):
    """The names under `key`, which are in pieces where they are many (`layer_names0` and so on)."""
    pieces, index = [], 0
    if key in attributes:
        pieces = list(attributes[key])
    while f"{key}{index}" in attributes:
        pieces += list(attributes[f"{key}{index}"])
        index += 1
    return [each.decode() if isinstance(each, bytes) else each for each in pieces]


def _variables(layer):
    """In the order of the format: what trains, then what does not."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _load_with_keras(model, path):
    if not str(path).endswith(".weights.h5"):
        raise RecipeError(
            "model.weights", f"{path} holds no weights of a Keras network",
            "Name a file as keras.applications publishes it, or one that ends in .weights.h5.",
        )  # fmt: skip
    before = model.get_weights()
    try:
        model.load_weights(path)
    except (ValueError, KeyError) as error:
        model.set_weights(before)
        raise RecipeError(
            "model.weights",
            f"{path} do not fit {model.name}: {str(error).splitlines()[0].rstrip('.')}",
            "Name the weights of this backbone and of its width (alpha).",
        ) from None  # fmt: skip


def _shapes(shapes):
    return ", ".join(map(str, shapes)) or "nothing"
