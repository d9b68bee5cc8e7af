"""What a training takes: time of a step, of its batch, memory."""

import time
from dataclasses import dataclass

import keras
import numpy as np

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.passage import Passage
from keras_recipes.diagnosis.subject import Subject
from keras_recipes.model_state import ModelState

_STEPS = 12
_LONG_WAIT = 0.01
"""Seconds of a batch that are worth a word."""
_SLOWER = 3.0


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Measured while nothing else of this process runs.

    Attributes:
        step_seconds: of a training step on a batch that is there, the median.
        batch_seconds: of preparing a batch, with nothing to wait for it, the mean; None for arrays.
        weight_bytes: of weights, gradients and the optimizer's slots.
        activation_bytes: of one batch's layer outputs, as training keeps them for the way back.
        seconds: the whole training is expected to take, without validation; None where its length
            is not known.
    """

    step_seconds: float
    batch_seconds: float | None
    weight_bytes: int
    activation_bytes: int
    seconds: float | None


def measure_speed(subject: Subject, passage: Passage, batches=None) -> Speed:
    """Time some training steps and some batches; the model is put back after.

    Args:
        subject: what trains.
        passage: of the subject, for the sizes.
        batches: dataset of batches as training gets them; None where they are in memory.
    """
    model, (x, y) = subject.model, subject.batch
    state = ModelState(model)
    take_step, times = _step_of(model, x, y), []
    try:
        for _ in range(_STEPS + 2):
            began = time.perf_counter()
            take_step()
            times.append(time.perf_counter() - began)
    finally:
        state.restore()
    step = float(np.median(times[2:]))
    batch = None if batches is None else _seconds_of_a_batch(batches)
    slots = {id(each): each for each in [*model.variables, *model.optimizer.variables]}.values()
    weights = sum(int(np.prod(each.shape)) * _bytes(each) for each in slots)
    gradients = sum(int(np.prod(each.shape)) * _bytes(each) for each in model.trainable_variables)
    slowest = max(step, batch or 0.0)
    steps = subject.plan.steps
    return Speed(
        step_seconds=step, batch_seconds=batch, weight_bytes=weights + gradients,
        activation_bytes=sum(each.size for each in passage.layers),
        seconds=None if steps is None else steps * slowest,
    )  # fmt: skip


def _step_of(model, x, y):
    """Function that takes a training step on one batch, and waits for it."""
    import tensorflow as tf

    if type(model).train_step is keras.Model.train_step:
        return lambda: model.train_on_batch(x, y)
    # One of somebody's own may take (x, y) alone, as fit gives it; train_on_batch adds weights.
    x, y = tf.convert_to_tensor(x), tf.convert_to_tensor(y)

    def step():
        return model.train_step((x, y))

    traced = step if model.run_eagerly else tf.function(step)
    return lambda: keras.tree.map_structure(np.asarray, traced())


def _bytes(variable):
    import tensorflow as tf

    return tf.as_dtype(variable.dtype).size if variable.dtype != "string" else 0


def _seconds_of_a_batch(batches):
    """Mean over some, once the first are there: what lies ready by then has been paid for."""
    times, began = [], None
    for number, _ in enumerate(batches):
        if number >= 2:
            times.append(time.perf_counter() - began)
        began = time.perf_counter()
        if len(times) == 2 * _STEPS:
            break
    return float(np.mean(times)) if times else None


def check_speed(speed: Speed, free_bytes: int | None):
    """Findings about time and memory.

    Args:
        speed: as measured.
        free_bytes: that training may take; None where it is not known.
    """
    waits = speed.batch_seconds
    if waits is not None and waits > _LONG_WAIT and waits > _SLOWER * speed.step_seconds:
        yield Finding(
            check="data-too-slow", where="data",
            problem=f"takes {1000 * waits:.0f} ms to prepare a batch, a step takes "
            f"{1000 * speed.step_seconds:.0f} ms: the network waits for most of the time",
            fix="Use map(num_parallel_calls=tf.data.AUTOTUNE) and prefetch, cache what is decoded, "
            "or augment less.",
        )  # fmt: skip
    needed = speed.weight_bytes + speed.activation_bytes
    if free_bytes is not None and needed > free_bytes:
        yield Finding(
            check="memory", where="batch_size",
            problem=f"needs at least {needed / 2**30:.1f} GiB for weights and one batch, and "
            f"{free_bytes / 2**30:.1f} GiB are free",
            fix="Use smaller batches, or half precision.",
        )  # fmt: skip
