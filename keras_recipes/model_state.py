"""Everything about a compiled model that training changes: listed, kept, put back."""

import contextlib
import random

import keras
import numpy as np


def build_optimizer_variables(model):
    """Make what the optimizer counts, where it isn't there: else the first step does, traced twice.

    Args:
        model: compiled and built.
    """
    if not model.optimizer.built:
        strategy = getattr(model, "distribute_strategy", None)  # TensorFlow's backend has one
        with strategy.scope() if strategy else contextlib.nullcontext():
            model.optimizer.build(model.trainable_variables)


def state_variables(model) -> list:
    """Every variable that training changes, each once, in an order that the code fixes.

    `save_weights` leaves out the seed generators of dropout and the optimizer of an uncompiled
    model; here they are. The metrics of `compile`, which an epoch begins anew, are not.
    """
    build_optimizer_variables(model)
    # The global generator seeds what has no generator of its own; Keras offers no public access.
    from keras.src.random.seed_generator import global_seed_generator

    variables = [*model.variables, *model.optimizer.variables, global_seed_generator().state]
    return list({id(each): each for each in variables}.values())


def copies(variable) -> list:
    """What holds a variable's value: itself, or one for each of several devices.

    Those of batch normalisation's statistics and of metrics differ: each device has its own.
    """
    return list(getattr(variable.value, "values", None) or [variable])


class ModelState:
    """A model as it is now, to be put back after a trial, to the bit.

    Holds every variable (weights, batch normalisation's statistics, the optimizer's slots,
    iterations, averages and loss scale, metrics, seed generators), the compiled functions, whether
    training is to stop, and the state of the random numbers of Python, NumPy and
    TensorFlow's eager mode, which shuffle arrays.

    Args:
        model: compiled and built; its optimizer is built if it isn't.
    """

    def __init__(self, model):
        self._model = model
        self._variables = [*state_variables(model), *model.metrics_variables]
        self._values = [
            [np.array(keras.ops.convert_to_numpy(copy)) for copy in copies(each)]
            for each in self._variables
        ]
        self._attributes = {
            name: getattr(model, name, None)
            for name in ("train_function", "test_function", "stop_training")
        }
        self._random = random.getstate(), np.random.get_state()
        self._eager_random = _eager_random()
        if self._eager_random is not None:
            self._eager_state = self._eager_random.getstate()

    def restore(self):
        """Put everything back; may be called again."""
        for variable, values in zip(self._variables, self._values, strict=True):
            for copy, value in zip(copies(variable), values, strict=True):
                copy.assign(value)
        for name, value in self._attributes.items():
            setattr(self._model, name, value)
        random.setstate(self._random[0])
        np.random.set_state(self._random[1])
        if self._eager_random is not None:
            self._eager_random.setstate(self._eager_state)


def _eager_random():
    """The generator of seeds for TensorFlow's eager operations; None where it has none."""
    if keras.backend.backend() != "tensorflow":
        return None
    # Not public: `tf.random.set_seed` begins it anew, and nothing reads it.
    from tensorflow.python.eager import context

    return getattr(context.context(), "_rng", None)
