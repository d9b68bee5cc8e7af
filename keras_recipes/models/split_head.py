"""A network cut in two where its head begins, so that features can be computed once and kept."""

import inspect

import keras

from keras_recipes.errors import RecipeError
from keras_recipes.model_stages import functional_graph, head_and_stages, layers_with_weights


def split_head(model):
    """Divide a network into what computes features and the head that is trained on them.

    The two share the layers of `model`, so what the head learns is in `model` at once. With the
    body frozen, training the head on kept features is training the whole, without augmentation and
    without what the body itself drops while it trains, in the time of the head alone.
    Source: Donahue et al. 2014, arXiv:1310.1531, who train on features kept so.

    Args:
        model: a built Functional or Sequential model. What is its head, `head_and_stages` in
            `keras_recipes.model_stages` tells; it must be one layer after another.

    Returns:
        (`keras.Model` from images to features, `keras.Model` from features to outputs). What works
        in training as it does otherwise, pooling say, is done before features are kept; dropout
        after.

    Raises:
        RecipeError: if the head has branches.

    Example:
        ```python
        model = transfer((128, 128, 3), 10, "MobileNetV3Small", dropout=0.2)
        set_trainable(model, "head")
        body, head = split_head(model)
        features = body.predict(images)
        head.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        head.fit(features, labels, epochs=100)
        model.predict(photographs)
        ```
    """
    graph = functional_graph(model)
    head, _ = head_and_stages(model)
    left = {id(each) for each in head}
    features = tensor = graph.outputs[0]
    while True:
        operation, node, _ = tensor._keras_history
        weighted = {id(each) for each in _weighted(operation)}
        inputs = operation._inbound_nodes[node].input_tensors
        if not weighted <= left or len(inputs) != 1:
            break
        left -= weighted
        tensor = inputs[0]
        if weighted or "training" in inspect.signature(operation.call).parameters:
            features = tensor
    if left or features is graph.outputs[0]:
        names = ", ".join(each.name for each in head if id(each) in left)
        raise RecipeError(
            "model", f"has a head that is not one layer after another: {names} lies beside or "
            "before other layers",
            "Have the body end in one tensor, and the head begin there.",
        )  # fmt: skip
    body = keras.Model(graph.inputs[0], features, name="body")
    return body, keras.Model(features, graph.outputs[0], name="head")


def _weighted(operation):
    """The layers with weights that an operation of the graph is, or holds."""
    if isinstance(operation, keras.Model):
        return layers_with_weights(operation)
    return [operation] if getattr(operation, "weights", None) else []
