"""One batch through the network and back: the scale of activations and gradients by layer."""

import contextlib
import functools
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_recipes.diagnosis.subject import Subject
from keras_recipes.model_state import ModelState

_FEWEST_TO_JUDGE = 32
"""Values of a unit; of fewer all may be 0 by chance."""
_SATURATED = {"tanh": (-0.99, 0.99), "sigmoid": (0.01, 0.99), "softsign": (-0.99, 0.99)}


@dataclass(frozen=True, kw_only=True)
class LayerScale:
    """What one layer made of a batch, at the first time that it was called."""

    layer: Any
    """Of the model."""
    input_range: tuple[float, float, float] | None
    """Lowest and highest value of its input, and the root of its mean square."""
    deviation: float
    """Standard deviation of its output, over everything."""
    gradient: float | None
    """Root of the mean square of the loss's gradient by its output, each example's own: times the
    batch size. None where none comes back."""
    dead: float | None
    """Share of the units behind a ReLU that are 0 for all examples; None without one, or of few
    examples."""
    saturated: float | None
    """Share of the values at the ends of a tanh or sigmoid; None without one."""
    size: int
    """Bytes of its output."""

    @property
    def name(self) -> str:
        """Of the layer."""
        return self.layer.name


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What came of the batch.

    Attributes:
        layers: those that have no layers within, in the order in which they were called.
        loss: of the data, without regularisation.
        regularization: what regularisers add to it.
        nll: mean negative log-likelihood that the outputs give the labels.
        gradients: (variable, norm of its gradient, None where none reaches it) of each trainable
            variable.
    """

    layers: tuple[LayerScale, ...]
    loss: float
    regularization: float
    nll: float
    gradients: tuple

    @property
    def weighted(self) -> list[LayerScale]:
        """Layers with a kernel: dense layers and convolutions."""
        return [each for each in self.layers if has_kernel(each.layer)]


def has_kernel(layer) -> bool:
    """Whether a layer multiplies by a matrix, or a filter."""
    return any(len(each.shape) >= 2 for each in layer.weights) and not isinstance(
        layer, keras.layers.Embedding
    )


def pass_through(subject: Subject) -> Passage:
    """Take the loss of a batch and its gradients, in training mode; the model is put back after.

    Raises:
        Exception: whatever the model or the loss raises.
    """
    import tensorflow as tf

    model, (x, y) = subject.model, subject.batch
    state = ModelState(model)
    try:
        with tf.GradientTape() as tape, _recorded(model) as calls:
            training = {"training": True} if model._call_has_training_arg else {}
            said = model(x, **training)
            loss = model.compute_loss(x=x, y=tf.convert_to_tensor(y), y_pred=said, training=True)
            added = tf.add_n([tf.cast(each, loss.dtype) for each in model.losses] or [0.0 * loss])
            data_loss = loss - added
        outputs = [each[2] for each in calls]
        variables = [each.value for each in model.trainable_variables]
        found = tape.gradient(data_loss, [*variables, *outputs])
    finally:
        state.restore()
    by_weight, by_output = found[: len(variables)], found[len(variables) :]
    scales = [
        _scale(*call, gradient, len(x)) for call, gradient in zip(calls, by_output, strict=True)
    ]
    return Passage(
        layers=tuple(scales),
        loss=float(data_loss),
        regularization=float(added),
        nll=_negative_log_likelihood(said, y, subject),
        gradients=tuple(
            (variable, None if each is None else float(tf.norm(tf.cast(_dense(each), tf.float32))))
            for variable, each in zip(model.trainable_variables, by_weight, strict=True)
        ),
    )


def _dense(gradient):
    import tensorflow as tf

    return tf.convert_to_tensor(gradient)  # of an embedding, rows with their numbers


@contextlib.contextmanager
def _recorded(model):
    """List of (layer, its input, its output), of each layer's first call within."""
    calls, replaced = [], []
    for layer in _leaves(model):
        own = layer.__dict__.get("call")
        replaced.append((layer, own))
        layer.__dict__["call"] = _noting(layer, layer.call, calls)
    try:
        yield calls
    finally:
        for layer, own in replaced:
            if own is None:
                del layer.__dict__["call"]
            else:
                layer.__dict__["call"] = own


def _leaves(layer, seen=None):
    """Layers without layers within, each once: what holds layers repeats what they do.

    A recurrent layer counts as one: its cell is called for each place in the sequence.
    """
    seen = set() if seen is None else seen
    for each in layer._flatten_layers(include_self=False, recursive=False):
        if id(each) in seen:
            continue
        seen.add(id(each))
        if each._layers and not isinstance(each, keras.layers.RNN):
            yield from _leaves(each, seen)
        else:
            yield each


def _noting(layer, call, calls):
    @functools.wraps(call)
    def noted(*arguments, **settings):
        result = call(*arguments, **settings)
        again = any(each[0] is layer for each in calls)
        if not again and hasattr(result, "dtype") and result.dtype.is_floating:
            calls.append((layer, arguments[0] if arguments else None, result))
        return result

    return noted


def _scale(layer, given, output, gradient, examples):
    values = np.asarray(output, np.float32)
    name = activation_of(layer)
    numbers = hasattr(given, "dtype") and given.dtype != "string"
    given = np.asarray(given, np.float32) if numbers else None
    units = values.reshape(-1, values.shape[-1])
    low, high = _SATURATED.get(name, (None, None))
    back = None if gradient is None else np.asarray(gradient, np.float32) * examples
    return LayerScale(
        layer=layer,
        input_range=None if given is None or not given.size else (
            float(given.min()), float(given.max()), _root_mean_square(given)
        ),
        deviation=float(values.std(dtype=np.float64)),
        gradient=None if back is None else _root_mean_square(back),
        dead=float((units == 0).all(axis=0).mean())
        if name == "relu" and len(units) >= _FEWEST_TO_JUDGE else None,
        saturated=None if low is None else float(((values < low) | (values > high)).mean()),
        size=values.size * output.dtype.size,
    )  # fmt: skip


def _root_mean_square(values):
    return float(np.sqrt(np.square(values, dtype=np.float64).mean()))


def activation_of(layer) -> str | None:
    """Name of the activation that a layer applies."""
    if isinstance(layer, keras.layers.ReLU):
        return "relu"
    return getattr(getattr(layer, "activation", None), "__name__", None)


def _negative_log_likelihood(said, y, subject):
    """Of the outputs taken as logits, or as shares where they are; of several labels, of each."""
    values, shares = np.asarray(said, np.float64), subject.output_kind in ("softmax", "sigmoid")
    if subject.is_multi_label or values.shape[-1] == 1:
        yes = np.asarray(y, np.float64).reshape(values.shape)
        values = np.log((values + 1e-12) / (1 - values + 1e-12)) if shares else values
        return float((np.logaddexp(0, values) - yes * values).mean())
    if shares:
        values = np.log(np.maximum(values, 1e-12))
    values = values - values.max(axis=-1, keepdims=True)
    values = values - np.log(np.exp(values).sum(axis=-1, keepdims=True))
    rows = np.eye(values.shape[-1])[subject.class_ids[: len(y)]] if subject.has_ids else y
    return float(-(rows * values).sum(axis=-1).mean())
