"""The body of a network, and what a new head is set on: its features, or its last feature map."""

import keras
from keras import layers

from keras_recipes.errors import RecipeError
from keras_recipes.models.split_head import split_head


def feature_model(model):
    """The body of a network, to one vector of features an image.

    Args:
        model: a built Functional or Sequential model; its head is what `head_and_stages` in
            `keras_recipes.model_stages` says.

    Returns:
        `keras.Model` from images to `(batch, features)`, which shares the layers of `model`. What
        the body ends in is averaged over its places, where it is a map or a sequence.

    Raises:
        RecipeError: if the head can't be split off, or nothing that trains is left without it.
    """
    body, _ = split_head(model)
    require_trainable(body)
    return keras.Model(body.inputs[0], features_of(body), name="features")


def features_of(body):
    """The symbolic vector of features, `(batch, features)`, that a body ends in."""
    x = body.outputs[0]
    if len(x.shape) == 4:
        return layers.GlobalAveragePooling2D()(x)
    if len(x.shape) == 3:
        return layers.GlobalAveragePooling1D()(x)
    return x


def last_map(body):
    """The map `(batch, height, width, channels)` that a body's features are pooled from.

    Returns:
        a symbolic tensor of the body; None where layers with weights follow the last map, or there
        is none, as in a multilayer perceptron.
    """
    x = body.outputs[0]
    while len(x.shape) != 4:
        operation, node, _ = x._keras_history
        inputs = operation._inbound_nodes[node].input_tensors
        if getattr(operation, "weights", None) or len(inputs) != 1:
            return None
        x = inputs[0]
    return x if _depends_on_weights(x) else None


def require_trainable(body):
    """Raise `RecipeError` where a body has no weights that training could change."""
    if not body.trainable_variables:
        raise RecipeError(
            "model", "has no weights but its head's that train, so there is nothing to pretrain",
            "Let its body train, or use a network with layers before the last one.",
        )  # fmt: skip


def _depends_on_weights(tensor):
    """Whether anything that trains comes before a tensor: else it is the image itself."""
    operation, node, _ = tensor._keras_history
    if getattr(operation, "trainable_variables", None):
        return True
    return any(_depends_on_weights(each) for each in operation._inbound_nodes[node].input_tensors)
