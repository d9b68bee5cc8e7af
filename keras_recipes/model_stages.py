"""A network's head and stages: what is fine-tuned first, and what has the smaller learning rate.

A stage is the layers that work at one resolution. So MobileNet, a residual network and a plain one
are divided alike, and nothing has to be known of any of them.
"""

import math

import keras

from keras_recipes.errors import RecipeError


def head_and_stages(model) -> tuple[list, list[list]]:
    """The layers with weights, divided by what they are to the network.

    The head is the last layer with weights or, where the network has a model as a layer (its
    backbone, say), all of the layers around that. The rest is divided into stages: each begins
    where the image is halved, so five is usual for networks for photographs, and three for small
    ones. A layer without height and width (within squeeze and excitation, for example) belongs to
    the stage that it feeds.

    Args:
        model: a built Functional or Sequential model; models in it are entered.

    Returns:
        (layers of the head, list of stages from the input on, each a list of layers). A layer that
        only normalises by numbers that are given (`Normalization`) belongs to neither.

    Raises:
        RecipeError: if the model's graph is not known to Keras.
    """
    model = functional_graph(model)
    inside = _largest_model(model)
    around = [] if inside is None else [each for each in model.layers if each is not inside]
    layers = layers_with_weights(model if inside is None else inside)
    head = _trainable_ones(around) if inside is not None else layers[-1:]
    levels = _levels(model if inside is None else functional_graph(inside))
    body = [each for each in layers if all(each is not other for other in head)]
    stages = {}
    for layer in body:
        stages.setdefault(levels.get(id(layer), 0), []).append(layer)
    return head, [stages[level] for level in sorted(stages)]


def functional_graph(model):
    """The Functional model itself, or the one that a Sequential model that is built holds.

    Raises:
        RecipeError: if it is neither.
    """
    graph = getattr(model, "_functional", None) or model
    if not isinstance(graph, keras.Function):
        raise RecipeError(
            "model",
            f"is a {type(model).__name__} whose layers can't be divided into head and stages",
            "Build it from keras.Input, as a Functional or Sequential model.",
        )
    return graph


def _largest_model(model):
    """The model among the layers that has the most layers, or None."""
    inside = [each for each in model.layers if isinstance(each, keras.Model) and each.weights]
    return max(inside, key=lambda each: len(each.layers), default=None)


def layers_with_weights(model) -> list:
    """Layers that training could change; those of models among them one by one."""
    return _trainable_ones(model.layers)


def _trainable_ones(layers):
    found = []
    for layer in layers:
        if isinstance(layer, keras.Model):
            found += layers_with_weights(layer)
        elif layer.weights and not isinstance(layer, keras.layers.Normalization):
            found.append(layer)
    return found


def _levels(model) -> dict:
    """Each layer's level: how often the image has been halved where it works, by its id."""
    size = model.inputs[0].shape[1]
    levels, after = {}, {}
    if len(model.inputs[0].shape) != 4 or size is None:
        return levels
    for layer in reversed(model.operations):  # what is no layer, a sum say, passes levels on too
        nodes = [each for each in layer._inbound_nodes if each.operation is layer]
        outputs = [tensor for node in nodes for tensor in node.outputs]
        level = max((_level(tensor, size) for tensor in outputs), default=0)
        if level == math.inf:  # pooled to a vector: it may scale an image, and works for its stage
            level = min((after.get(id(each), level) for each in outputs), default=level)
        for each in [layer, *getattr(layer, "_flatten_layers", lambda: ())()]:
            levels[id(each)] = level
        for node in nodes:
            for tensor in node.arguments.keras_tensors:
                after[id(tensor)] = min(level, after.get(id(tensor), level))
    return levels


def _level(tensor, size):
    """How often the image has been halved in a tensor; infinite where nothing is left of it."""
    if len(tensor.shape) != 4 or tensor.shape[1] in (None, 1):
        return math.inf
    return round(math.log2(size / tensor.shape[1]))
