"""A network of one's own without its last layer, for images and classes of another kind."""

import os

import keras
import numpy as np
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.model_stages import layers_with_weights
from keras_recipes.models.hub_backbone import INSTALL, needs_keras_hub


def own_backbone(path, input_shape, *, mean=None, variance=None, initialise=False):
    """The body of a saved model: all that comes before its last dense layer.

    Where images have another size or other channels, the network is built anew for them and its
    weights are taken over. A first layer for other channels takes the sum of the old kernel over
    its channels, divided evenly: grey as three equal channels gives what it gave before.

    Args:
        path: a `.keras` file, such as a run's `best.keras`.
        input_shape: `(height, width, channels)` of the images.
        mean: of each channel, where a normalisation inside has to be made for other channels.
        variance: of each channel.
        initialise: whether to begin with weights as new.

    Returns:
        `keras.Model` from images to features.

    Raises:
        RecipeError: if the file is no model, has no last dense layer, or can't take such images.
    """
    model = _load(path)
    last = _last_dense(model, path)
    body = keras.Model(model.inputs[0], last.input, name="backbone")
    if tuple(body.input_shape[1:]) == tuple(input_shape) and not initialise:
        return body

    def renew(layer):
        config = layer.get_config()
        if isinstance(layer, layers.Normalization) and _channels(layer) != input_shape[-1]:
            config = {**config, "mean": _list(mean), "variance": _list(variance)}
        return type(layer).from_config(config)

    images = keras.Input(input_shape, name="image")
    try:
        new = keras.models.clone_model(body, input_tensors=images, clone_function=renew)
    except (ValueError, TypeError) as error:
        raise RecipeError(
            "model.backbone", f"{path} takes images {body.input_shape[1:]}, and can't be built for "
            f"{tuple(input_shape)}: {str(error).splitlines()[0].rstrip('.')}",
            f"Let the network scale them: input_size={body.input_shape[1:3]}.",
        ) from None  # fmt: skip
    if not initialise:
        _copy_weights(body, new, path)
    return new


def _load(path):
    if not os.path.isfile(path):
        raise RecipeError(
            "model.backbone", f"is {str(path)!r}, which does not exist",
            "Train it first, and name the best.keras of its run: "
            "--set model.backbone=RUN/best.keras.",
        )  # fmt: skip
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError, TypeError, KeyError, ImportError) as error:
        if needs_keras_hub(error):
            raise RecipeError(
                "model.backbone", f"{path} needs keras-hub, which is not installed", INSTALL
            ) from None
        raise RecipeError(
            "model.backbone", f"{path} can't be loaded: {str(error).splitlines()[0].rstrip('.')}",
            "Name a .keras file, such as the best.keras of a run.",
        ) from None  # fmt: skip


def _last_dense(model, path):
    """The output layer, which alone knows the old classes."""
    dense = [each for each in getattr(model, "layers", ()) if isinstance(each, layers.Dense)]
    if not dense or len(getattr(model, "inputs", None) or ()) != 1:
        raise RecipeError(
            "model.backbone", f"{path} is no model with one input and a dense layer at its end",
            "Give a Functional or Sequential model that ends in keras.layers.Dense.",
        )  # fmt: skip
    return dense[-1]


def _channels(normalization):
    return int(np.size(normalization.mean))


def _list(numbers):
    return None if numbers is None else list(numbers)


def _copy_weights(old, new, path):
    first = True
    for before, after in zip(layers_with_weights(old), layers_with_weights(new), strict=True):
        arrays = before.get_weights()
        shapes = [tuple(each.shape) for each in after.weights]
        if [each.shape for each in arrays] != shapes:
            if first and isinstance(before, layers.Conv2D):
                arrays[0] = _other_channels(arrays[0], shapes[0][2])
            if [each.shape for each in arrays] != shapes:
                raise RecipeError(
                    "model.backbone",
                    f"{path} does not fit images {new.input_shape[1:]}: layer {before.name} has "
                    f"{[each.shape for each in arrays]} and would need {shapes}",
                    f"Give images {old.input_shape[1:]}, or a network with global pooling.",
                )
        after.set_weights(arrays)
        first = first and not arrays


def _other_channels(kernel, channels):
    """A kernel `(height, width, channels, filters)` for another number of channels."""
    whole = kernel.sum(axis=2, keepdims=True)
    return np.repeat(whole / channels, channels, axis=2)
