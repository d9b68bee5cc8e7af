"""The moving average of the weights, kept beside an optimizer in the graph of the train step."""

from numbers import Real

import keras
from keras import ops

from keras_recipes.errors import RecipeError

_RAW, _AVERAGED, _SETTLED = range(3)
"""What the model holds: its own weights, the averages, or averages that stay there for good."""


def average_weights(optimizer, model, momentum):
    """`optimizer` in a `MovingAverage` of everything that training changes in `model`.

    Batch normalisation's statistics are averaged with the weights that they belong to, as timm's
    `ModelEmaV2` and EfficientNet's authors do: the last ones are those of other weights.

    Args:
        optimizer: a Keras optimizer that is not built yet.
        model: the built model that it will train.
        momentum: share of the average that an update keeps, in `(0, 1)`.

    Raises:
        RecipeError: as in `MovingAverage`; on JAX, if the model has statistics, which Keras keeps
            out of an optimizer's reach there.
    """
    average = MovingAverage(optimizer, momentum)
    statistics = [each for each in model.non_trainable_weights if "float" in str(each.dtype)]
    if statistics and keras.backend.backend() == "jax":
        raise RecipeError(
            "ema_momentum",
            f"can't average {statistics[0].path} on JAX",
            "Train on TensorFlow, or use a model without batch normalisation.",
        )
    average.also_average(statistics)
    return average


def find_average(optimizer):
    """The `MovingAverage` in `optimizer`, which may be wrapped for float16, or None."""
    while optimizer is not None and not isinstance(optimizer, MovingAverage):
        optimizer = getattr(optimizer, "inner_optimizer", None)
    return optimizer


@keras.saving.register_keras_serializable(package="keras_recipes")
class MovingAverage(keras.optimizers.Optimizer):
    """Train with an optimizer and follow the weights with an exponential moving average.

    After update `t` the average becomes `m * average + (1 - m) * weight` with
    `m = min(momentum, t / (9 + t))`, `t` counted from 0: it begins with the weights after the
    first update, and spans the last tenth of a short training rather than its beginning.
    Source: Polyak & Juditsky 1992, doi:10.1137/0330046; the growing momentum is that of
    `num_updates`, counted from the first average on, in
    https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage.

    The model trains on as it would without; `keras_recipes.callbacks.AveragedWeights` puts the
    average in the model where it is wanted. Everything is among the optimizer's variables, also
    which of the two the model holds, so a checkpoint of model and optimizer is complete.

    Keras's own `use_ema` has a fixed momentum that starts from the first update's weights, leaves
    statistics out, averages once a batch when gradients accumulate, and overwrites the model at
    the end of `fit`, behind every callback's back but `on_train_end`'s.

    Args:
        inner_optimizer: the optimizer that trains, not built yet; its `use_ema` must be off.
        momentum: share of the average that an update keeps, in `(0, 1)`.

    Raises:
        RecipeError: if an argument is no such.

    Example:

    ```python
    optimizer = average_weights(keras.optimizers.SGD(0.1), model, momentum=0.999)
    ```
    """

    def __init__(self, inner_optimizer, momentum=0.999, name=None):
        if not isinstance(momentum, Real) or not 0 < momentum < 1:
            raise RecipeError(
                "ema_momentum", f"must be in (0, 1); got {momentum!r}", "Use 0.999, for example."
            )
        if isinstance(inner_optimizer, keras.optimizers.LossScaleOptimizer):
            raise RecipeError(
                "MovingAverage.inner_optimizer",
                "must not be a LossScaleOptimizer",
                "Average the optimizer in it: LossScaleOptimizer(MovingAverage(...)).",
            )
        if inner_optimizer.use_ema:
            raise RecipeError(
                "MovingAverage.inner_optimizer",
                "must not average by itself; its use_ema is on",
                "Leave use_ema out.",
            )
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.momentum = momentum
        self._set_untracked("_statistics", [])

    def _set_untracked(self, name, variables):
        # By setattr, Keras would take the model's variables for the optimizer's own.
        object.__setattr__(self, name, variables)

    def also_average(self, variables):
        """Average these as well: variables that training changes without a gradient."""
        self._set_untracked("_statistics", list(variables))

    def build(self, variables):
        """Make the averages, equal to what the model holds now."""
        if self.built:
            return
        self.inner_optimizer.build(variables)
        super().build(variables)
        followed = [*variables, *self._statistics]
        # By initializers: where fit builds, an assignment would not be carried out.
        self._averages = [
            self.add_variable_from_reference(each, name="average", initializer=_value_of(each))
            for each in followed
        ]
        self._model_holds = self.add_variable((), dtype="int32", name="model_holds")
        self._set_untracked("_followed", followed)

    def apply(self, grads, trainable_variables=None):
        """Let the inner optimizer update the weights, and the averages follow if it did."""
        if not self.built:
            self.build(list(trainable_variables))
        done = ops.cast(self.inner_optimizer.iterations, "float32")
        self.inner_optimizer.apply(grads, trainable_variables)
        # 0 for a batch whose gradient was only accumulated.
        updated = ops.cast(self.inner_optimizer.iterations, "float32") - done
        momentum = ops.minimum(self.momentum, done / (9.0 + done))
        share = updated * (1.0 - momentum)
        for variable, average in self._pairs():
            change = ops.cast(share, average.dtype) * ops.subtract(variable, average)
            self.assign_add(average, change)

    @property
    def in_use(self) -> bool:
        """Whether the model holds the averages."""
        return self.built and self._holds() != _RAW

    def put_average(self):
        """Have the model hold the averages; its own weights are kept in their place."""
        if self.built and self._holds() == _RAW:
            self._swap()
            self._model_holds.assign(_AVERAGED)

    def put_back(self):
        """Have the model hold its own weights again, to train on."""
        if not self.built:
            return
        holds = self._holds()
        if holds == _AVERAGED:
            self._swap()
        elif holds == _SETTLED:  # whatever it holds by now is where training begins
            for variable, average in self._pairs():
                average.assign(variable)
        self._model_holds.assign(_RAW)

    def settle(self):
        """Have the model hold the averages for good; a later training begins with them."""
        self.put_average()
        if self.built:
            self._model_holds.assign(_SETTLED)

    def _holds(self):
        return int(ops.convert_to_numpy(self._model_holds))

    def _pairs(self):
        return zip(self._followed, self._averages, strict=True)

    def _swap(self):
        for variable, average in self._pairs():
            own = ops.convert_to_numpy(variable)
            variable.assign(average)
            average.assign(own)

    @property
    def variables(self):
        return [*super().variables, *self.inner_optimizer.variables]

    @property
    def iterations(self):
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self):
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        self.inner_optimizer.learning_rate = learning_rate

    def scale_loss(self, loss):
        return self.inner_optimizer.scale_loss(loss)

    def get_config(self):
        return {
            "name": self.name,
            "inner_optimizer": keras.saving.serialize_keras_object(self.inner_optimizer),
            "momentum": self.momentum,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        inner = keras.saving.deserialize_keras_object(
            config["inner_optimizer"], custom_objects=custom_objects
        )
        return cls(inner, config["momentum"], name=config["name"])


def _value_of(variable):
    return lambda shape, dtype: ops.cast(ops.convert_to_tensor(variable), dtype)
