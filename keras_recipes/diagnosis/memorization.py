"""Whether a network can learn a few examples by heart: what can't do that, can't do anything.

Karpathy 2019 ("A Recipe for Training Neural Networks": overfit a single batch; train on blanked
inputs and see that it is worse).
"""

import contextlib
import math
import time
from dataclasses import dataclass

import numpy as np

from keras_recipes.diagnosis.few_examples import blanked, few_examples
from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.outputs import kind_of
from keras_recipes.diagnosis.passage import has_kernel
from keras_recipes.diagnosis.settings import DROPOUTS, planned_rates
from keras_recipes.diagnosis.subject import Subject, ids_of
from keras_recipes.model_state import ModelState
from keras_recipes.tuning.optimizer_rate import accumulated_batches, innermost, set_rate

STEPS = 200
_RESTED = ("weight_decay", "ema_overwrite_frequency")
"""Settings of an optimizer that are None while examples are learnt by heart."""
_OTHER_RATES = (10.0, 0.1, 100.0, 0.01)
"""Factors that are tried where the rate itself does not do."""


@dataclass(frozen=True, kw_only=True)
class Memorization:
    """A training on a few examples.

    Attributes:
        examples: how many.
        rate: that it was trained with; None where the optimizer has no single one.
        accuracy: of each step, before it, in training mode; of soft labels by their largest share.
        nll: mean negative log-likelihood of the labels, likewise.
        reached: whether every label was right and `nll` below `near_zero`.
        near_zero: see there.
        unmoved: paths of the trainable weights that no step changed.
        alike: paths of the kernels whose units are all the same in the end.
        seconds: of a step, the median.
    """

    examples: int
    rate: float | None
    accuracy: tuple[float, ...]
    nll: tuple[float, ...]
    reached: bool
    near_zero: float
    unmoved: tuple[str, ...]
    alike: tuple[str, ...]
    seconds: float

    @property
    def steps(self) -> int:
        """That were taken."""
        return len(self.nll)


def memorize(
    model,
    x,
    y,
    *,
    rate: float | None = None,
    near_zero: float = 0.1,
    steps: int = STEPS,
    seconds: float = 30.0,
    multi_label: bool = False,
) -> Memorization:
    """Train on the same examples, all in each step, until they are known by heart.

    Dropout, weight decay, regularisers and the overwriting of weights by their averages rest. The
    model is put back after, to the bit.

    Args:
        model: compiled and built.
        x: inputs, shape `(n, ...)`.
        y: labels in any form that the loss takes.
        rate: constant; None for the optimizer's own.
        near_zero: mean negative log-likelihood that is low enough.
        steps: at most, updates of the weights.
        seconds: at most, once the step is compiled.
        multi_label: whether labels are rows of yes and no.
    """
    state = ModelState(model)
    variables = model.trainable_variables
    before = [np.array(each) for each in variables]
    with _at_rest(model, rate):
        step = _step_of(model, x, y, multi_label)
        accuracy, nll, times = [], [], []
        try:
            for _ in range(steps * accumulated_batches(model.optimizer)):
                began = time.perf_counter()
                right, loss = (float(each) for each in step())
                times.append(time.perf_counter() - began)
                accuracy.append(right)
                nll.append(loss)
                known = right == 1.0 and loss < near_zero
                if known or not math.isfinite(loss) or sum(times[1:]) > seconds:
                    break
            moved = [not np.array_equal(np.array(each), old)
                     for each, old in zip(variables, before, strict=True)]  # fmt: skip
            alike = tuple(each.path for each in _alike(model))
        finally:
            state.restore()
    return Memorization(
        examples=len(x), rate=rate, accuracy=tuple(accuracy), nll=tuple(nll),
        reached=accuracy[-1] == 1.0 and nll[-1] < near_zero, near_zero=near_zero,
        unmoved=tuple(each.path for each, has in zip(variables, moved, strict=True) if not has),
        alike=alike, seconds=float(np.median(times[1:] or times)),
    )  # fmt: skip


@contextlib.contextmanager
def _at_rest(model, rate):
    """Without what regularises, at a constant rate, where one is given."""
    dropouts = [
        (each, name, getattr(each, name))
        for each in model._flatten_layers()
        for name in _dropout_settings(each)
    ]
    optimizer = innermost(model.optimizer)
    rested = [(name, getattr(optimizer, name, None)) for name in _RESTED]
    for each, name, _ in dropouts:
        setattr(each, name, 0.0)
    for name, setting in rested:
        if setting is not None:
            setattr(optimizer, name, None)
    try:
        with set_rate(model.optimizer, rate) if rate is not None else contextlib.nullcontext():
            yield
    finally:
        for each, name, strength in dropouts:
            setattr(each, name, strength)
        for name, setting in rested:
            if setting is not None:
                setattr(optimizer, name, setting)


def _dropout_settings(layer):
    """Names of the attributes that say how much a layer, or a recurrent layer's cell, drops."""
    if isinstance(layer, DROPOUTS):
        return ("rate",)
    cell = hasattr(layer, "get_recurrent_dropout_mask")  # of Keras's own LSTM, GRU, SimpleRNN
    return ("dropout", "recurrent_dropout") if cell else ()


def _step_of(model, x, y, multi_label):
    """Function that trains on the examples once, and returns (accuracy, nll) before that."""
    import tensorflow as tf

    labels = y if multi_label else ids_of(y)
    said = np.asarray(model(x, training=False), np.float32)
    shares = kind_of(model, x, said) in ("softmax", "sigmoid")
    x, y = tf.constant(x), tf.constant(y)
    training = {"training": True} if model._call_has_training_arg else {}
    variables = model.trainable_variables

    def step():
        with tf.GradientTape() as tape:
            said = model(x, **training)
            loss = model.compute_loss(x=x, y=y, y_pred=said, training=True)
            for each in model.losses:  # regularisers
                loss -= tf.cast(each, loss.dtype)
            scaled = model.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, [each.value for each in variables])
        pairs = [pair for pair in zip(gradients, variables, strict=True) if pair[0] is not None]
        model.optimizer.apply_gradients(pairs)
        return _judge(said, labels, shares, multi_label)

    return step if model.run_eagerly else tf.function(step)


def _judge(said, labels, shares, multi_label):
    """(accuracy, nll) of ids, shape `(n,)`; of rows of yes and no where there are several."""
    import tensorflow as tf

    said, tiny = tf.cast(said, tf.float32), 1e-7
    if multi_label or said.shape[-1] == 1:
        yes = tf.reshape(tf.cast(labels, tf.float32), tf.shape(said))
        logits = tf.math.log(said + tiny) - tf.math.log(1 - said + tiny) if shares else said
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=yes, logits=logits)
        right = (logits > 0) == (yes > 0.5)
    else:
        logits = tf.math.log(said + tiny) if shares else said
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        right = tf.argmax(logits, axis=-1) == labels
    return tf.reduce_mean(tf.cast(right, tf.float32)), tf.reduce_mean(losses)


def _alike(model):
    """Kernels whose units are all the same, so that they can only learn the same."""
    for layer in model._flatten_layers(include_self=False):
        if layer._layers or not has_kernel(layer) or not layer.trainable:
            continue
        for variable in layer.trainable_variables:
            if len(variable.shape) >= 2 and variable.shape[-1] > 1:
                values = np.array(variable)
                if not np.ptp(values, axis=-1).any():
                    yield variable


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of learning by heart."""

    real: Memorization
    blank: Memorization
    """The same with all inputs blanked, for as many steps."""
    other: Memorization | None
    """At another rate, where the own one did not do and that did."""


def try_memorizing(model, x, y, *, rate: float | None, near_zero: float, seconds: float = 30.0,
                   multi_label: bool = False):  # fmt: skip
    """Learn by heart; on blanked inputs too; and at other rates where the first fails.

    Args:
        model, x, y, near_zero, multi_label: as in `memorize`.
        rate: the highest that is planned.
        seconds: of each training.
    """
    settings = {"near_zero": near_zero, "seconds": seconds, "multi_label": multi_label}
    real = memorize(model, x, y, rate=rate, **settings)
    blank = memorize(model, blanked(x), y, rate=rate, steps=real.steps, **settings)
    other = None
    if not real.reached and rate is not None:
        for factor in _OTHER_RATES:
            again = memorize(model, x, y, rate=rate * factor, **settings)
            if again.reached:
                other = again
                break
    return Tried(real=real, blank=blank, other=other)


def memorize_subject(subject: Subject, near_zero: float, seconds: float = 30.0) -> Tried:
    """`try_memorizing` with some of the subject's examples, at the highest rate planned."""
    x, y = few_examples(subject.x, subject.y)
    rates = planned_rates(subject)
    rate = None if rates is None else float(np.max(rates))
    return try_memorizing(
        subject.model, x, y, rate=rate, near_zero=near_zero, seconds=seconds,
        multi_label=subject.is_multi_label,
    )  # fmt: skip


def check_memorization(tried: Tried):
    """Findings about what came of it."""
    real, blank, other = tried.real, tried.blank, tried.other
    parts = len(real.unmoved)
    if real.alike:
        yield Finding(
            check="units-alike", where=", ".join(real.alike[:3]),
            problem="began with units that are all the same, and they still are: they learn as one",
            fix="Initialise at random: glorot_uniform, or he_normal before ReLU.",
        )  # fmt: skip
    elif parts and other is None and max(real.nll) > min(real.nll):
        yield Finding(
            check="never-moved", where=", ".join(real.unmoved[:3]),
            problem=f"never changed in {real.steps} steps: their gradient is exactly 0",
            fix="Look for dead units, a multiplication by 0, or a constant behind them.",
        )  # fmt: skip
    if real.reached:
        return
    what = f"{real.examples} examples by heart, without regularisation"
    came = (
        f"accuracy {real.accuracy[-1]:.2f}, negative log-likelihood {real.nll[-1]:.3g} after "
        f"{real.steps} steps"
    )
    if other is not None:
        low = other.rate > real.rate
        yield Finding(
            check="rate-too-low" if low else "rate-too-high", where="optimizer.learning_rate",
            problem=f"is too {'low' if low else 'high'}: at {real.rate:.3g} the network does not "
            f"learn {what} ({came}), at {other.rate:.3g} it does in {other.steps} steps",
            fix="Find one with the learning-rate range test (keras_recipes.tuning.find_lr).",
        )  # fmt: skip
    elif math.isfinite(real.nll[-1]) and real.nll[-1] > 0.95 * blank.nll[-1]:
        yield Finding(
            check="inputs-ignored", where="the model",
            problem=f"learns {what}, no better than blanked ones ({came}; blanked "
            f"{blank.nll[-1]:.3g}): what is in the inputs does not reach the outputs",
            fix="Look for dead units, a multiplication by 0, gradients that end on their way, or "
            "labels that contradict each other.",
        )  # fmt: skip
    else:
        yield Finding(
            check="not-learnt-by-heart", where="the model",
            problem=f"does not learn {what}: {came}; blanked inputs: {blank.nll[-1]:.3g}",
            fix="Mend what else is found. Else use more units, or another rate.",
        )  # fmt: skip
