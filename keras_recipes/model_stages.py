"""A network's head and stages: what is fine-tuned first, and what has the smaller learning rate.

A stage is the layers that work at one resolution. So MobileNet, a residual network and a plain one
are divided alike, and nothing has to be known of any of them. The blocks of a vision transformer
all work at one resolution, and are a stage each.
"""

import collections
import math

import keras

from keras_recipes.errors import RecipeError


def head_and_stages(model) -> tuple[list, list[list]]:
    """The layers with weights, divided by what they are to the network.

    The head is the last layer with weights or, where the network has a model as a layer (its
    backbone, say), all of the layers around that. The rest is divided into stages: each begins
    where the image is halved, so five is usual for networks for photographs, and three for small
    ones. A layer without height and width (within squeeze and excitation, for example) belongs to
    the stage that it feeds. Where one layer is a stack of blocks, as a transformer's encoder is,
    each block begins a stage as well (Bao et al. 2022, arXiv:2106.08254, appendix, for rates that
    fall so).

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
    stacked = {id(each) for each in _stacked_blocks(model if inside is None else inside)}
    stages, begun = {}, 0
    for layer in body:
        begun += id(layer) in stacked
        stages.setdefault((levels.get(id(layer), 0), begun), []).append(layer)
    return head, [stages[place] for place in sorted(stages)]


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
    """Layers that training could change; those of models and of stacks among them one by one."""
    return _trainable_ones(model.layers)


def holders_of_weights(layer) -> list[tuple]:
    """(layer, variable) of each trainable variable: what holds it may be a layer within `layer`."""
    holders = {}
    for each in layer._flatten_layers():  # what is within comes after what it is in
        for variable in each.trainable_variables:
            holders[id(variable)] = (each, variable)
    return list(holders.values())


def _trainable_ones(layers):
    found = []
    for layer in layers:
        if isinstance(layer, keras.Model):
            found += layers_with_weights(layer)
        elif blocks := _blocks(layer):
            others = [each for each in _within(layer) if all(each is not one for one in blocks)]
            found += [*blocks, *others]  # a norm that follows them, most often
        elif layer.weights and not isinstance(layer, keras.layers.Normalization):
            found.append(layer)
    return found


def _stacked_blocks(model) -> list:
    found = []
    for layer in model.layers:
        found += _stacked_blocks(layer) if isinstance(layer, keras.Model) else _blocks(layer)
    return found


def _blocks(layer) -> list:
    """The blocks of a layer that does nothing but to stack them; none where it is another layer.

    They are several layers of one class, none of Keras's own, that each hold several layers.
    """
    inside = _within(layer)
    if sum(len(each.variables) for each in inside) != len(layer.variables):
        return []  # it has weights of its own, so it is more than its layers
    kinds = collections.Counter(type(each) for each in inside if len(_within(each)) > 1)
    kinds = {kind for kind, number in kinds.items() if number > 1}
    return [each for each in inside if type(each) in kinds and not _is_of_keras(each)]


def _within(layer) -> list:
    """The layers with weights directly within one."""
    flatten = getattr(layer, "_flatten_layers", None)
    inside = [] if flatten is None else flatten(include_self=False, recursive=False)
    return [each for each in inside if each.weights]


def _is_of_keras(layer) -> bool:
    return type(layer).__module__.partition(".")[0] == "keras"


def _levels(model) -> dict:
    """Each layer's level: how often the image has been halved where it works, by its id."""
    size = tuple(model.inputs[0].shape[1:3])
    levels, after = {}, {}
    if len(model.inputs[0].shape) != 4 or size[0] is None:
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
    """How often the image has been halved in a tensor; infinite where nothing is left of it.

    A sequence is that of an image's patches, with a class token or without.
    """
    if len(tensor.shape) not in (3, 4) or tensor.shape[1] in (None, 1):
        return math.inf
    if len(tensor.shape) == 3 and size[1] is None:
        return math.inf
    if len(tensor.shape) == 3:
        return round(math.log2(math.prod(size) / tensor.shape[1]) / 2)
    return round(math.log2(size[0] / tensor.shape[1]))
