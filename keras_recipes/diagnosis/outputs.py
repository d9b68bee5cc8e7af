"""What a model's outputs are, and what its loss takes them for."""

import re

import keras
import numpy as np

from keras_recipes.losses.from_logits import from_logits

OF_ROWS = {"categoricalcrossentropy", "categoricalfocalcrossentropy", "kldivergence"}
OF_IDS = {"sparsecategoricalcrossentropy"}
OF_EITHER = {"smoothedcrossentropy", "softmaxfocalloss", "perclassbinarycrossentropy"}
OF_SOFTMAX = OF_ROWS | OF_IDS | {"smoothedcrossentropy", "softmaxfocalloss"}
OF_SIGMOID = {"binarycrossentropy", "binaryfocalcrossentropy", "perclassbinarycrossentropy"}
"""Losses by what they take, `loss_name` each."""
_KINDS = {
    "Softmax": "softmax", "Sigmoid": "sigmoid", "Relu": "relu", "Relu6": "relu", "Tanh": "tanh",
    "BiasAdd": "logits", "MatMul": "logits", "AddV2": "logits", "LogSoftmax": "logits",
}  # fmt: skip
_SAME_VALUES = {"Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "Transpose"}


def loss_title(model) -> str:
    """The loss's class or function: `"CategoricalCrossentropy"`."""
    loss = keras.losses.get(model.loss) if isinstance(model.loss, str) else model.loss
    return getattr(loss, "__name__", type(loss).__name__)


def loss_name(model) -> str:
    """The same in small letters alone, whichever of the two it is."""
    return re.sub("[^a-z]", "", loss_title(model).lower())


def takes_logits(model) -> bool:
    """Whether the loss applies a softmax or sigmoid itself."""
    return bool(from_logits(model.loss))


def kind_of(model, x, said: np.ndarray) -> str:
    """`"softmax"`, `"sigmoid"`, `"relu"`, `"tanh"` or `"logits"`: what the outputs are.

    The operation that makes the outputs tells; where it is another one, the values do. Those that
    could be logits and shares alike are taken for what the loss takes.

    Args:
        model: compiled and built.
        x: inputs, shape `(n, ...)`.
        said: what the model says of them in inference, shape `(n, outputs)`.
    """
    known = _KINDS.get(_last_operation(model, x))
    if known is not None:
        return known
    within = bool((said >= 0).all() and (said <= 1).all() and said.any())
    if within and said.shape[-1] > 1 and np.allclose(said.sum(axis=-1), 1, atol=1e-2):
        return "softmax"
    return "sigmoid" if within and not takes_logits(model) else "logits"


def _last_operation(model, x):
    """TensorFlow's name of what makes the outputs; None where the model can't be traced."""
    import tensorflow as tf

    examples = tf.TensorSpec((None, *x.shape[1:]), tf.convert_to_tensor(x[:1]).dtype)
    try:
        graph = tf.function(lambda given: model(given, training=False))
        operation = graph.get_concrete_function(examples).outputs[0].op
    except Exception:  # whatever a model of somebody's own raises where it only runs eagerly
        return None
    while operation.type in _SAME_VALUES:
        operation = operation.inputs[0].op
    return operation.type
