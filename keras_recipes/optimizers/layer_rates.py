"""Learning rates of their own for some variables, whatever the optimizer."""

import functools
import math
from numbers import Real

from keras import ops

from keras_recipes.errors import RecipeError


def scale_learning_rates(optimizer, multipliers):
    """Have an optimizer update some variables at a multiple of its learning rate.

    Each is updated to the bit as the optimizer without this would at the rate
    `float32(rate) * float32(factor)`, decoupled weight decay included. The rate that is read, set
    or scheduled stays that of the variables without a factor.

    A model that is saved compiled with such an optimizer does not load without this function; what
    `BestCheckpoint` saves is not compiled.

    Args:
        optimizer: any Keras optimizer that is not built yet; the one inside of a
            `LossScaleOptimizer` or a `MovingAverage`, not these. Its class becomes a subclass.
        multipliers: pairs (variable, factor above 0), as `layer_multipliers` makes them; variables
            that are not named have the factor 1.

    Returns:
        The optimizer.

    Raises:
        RecipeError: if the optimizer is built or wraps another, or a factor is not above 0; when it
            is built, if it does not train a variable that is named.

    Example:
        ```python
        optimizer = scale_learning_rates(
            keras.optimizers.AdamW(1e-3), layer_multipliers(model, decay=0.4)
        )
        model.compile(optimizer, loss)
        ```
    """
    if optimizer.built:
        raise RecipeError(
            "scale_learning_rates", "needs an optimizer that has trained nothing yet",
            "Make a new one, and compile with it afterwards.",
        )  # fmt: skip
    if hasattr(optimizer, "inner_optimizer"):
        raise RecipeError(
            "scale_learning_rates", f"can't reach into a {type(optimizer).__name__}",
            "Scale the rates of the optimizer that is put into it.",
        )  # fmt: skip
    factors = {}
    for variable, factor in multipliers:
        if isinstance(factor, bool) or not isinstance(factor, Real) or not 0 < factor < math.inf:
            raise RecipeError(
                "scale_learning_rates",
                f"takes factors above 0; got {factor!r} for {variable.path}",
                "To leave a variable as it is, set its layer's trainable to False.",
            )
        factors[id(variable)] = (variable, float(factor))
    optimizer.__class__ = _scaled_class(type(optimizer))
    # By setattr, Keras would take the model's variables for the optimizer's own.
    object.__setattr__(optimizer, "_factors", factors)
    object.__setattr__(optimizer, "_factor_by_key", {})
    object.__setattr__(optimizer, "_factor", 1.0)
    return optimizer


@functools.cache
def _scaled_class(optimizer_class):
    """A subclass that updates each variable at a rate of its own."""

    class Scaled(optimizer_class):
        def build(self, variables):
            super().build(variables)
            trained = {id(each) for each in variables}
            for variable, factor in self._factors.values():
                if id(variable) not in trained:
                    raise RecipeError(
                        "scale_learning_rates",
                        f"has a factor for {variable.path}, which the optimizer doesn't train",
                        "Set what is trainable before the factors are made.",
                    )
                self._factor_by_key[self._var_key(variable)] = factor

        def update_step(self, gradient, variable, learning_rate):
            factor = self._factor_by_key.get(self._var_key(variable), 1.0)
            super().update_step(gradient, variable, _times(learning_rate, factor))

        def _apply_weight_decay(self, variables):
            # Keras takes the decay's rate from the optimizer, one for all: a factor at a time.
            groups = {}
            for each in variables:
                factor = self._factor_by_key.get(self._var_key(each), 1.0)
                groups.setdefault(factor, []).append(each)
            for factor, group in groups.items():
                object.__setattr__(self, "_factor", factor)
                try:
                    super()._apply_weight_decay(group)
                finally:
                    object.__setattr__(self, "_factor", 1.0)

        def _get_current_learning_rate(self):
            return _times(super()._get_current_learning_rate(), self._factor)

    Scaled.__name__ = Scaled.__qualname__ = f"{optimizer_class.__name__}WithScaledRates"
    Scaled.__doc__ = f"`{optimizer_class.__name__}`, as `scale_learning_rates` makes it."
    return Scaled


def _times(rate, factor):
    if factor == 1.0:  # as it is: a variable stays one that can be read and assigned
        return rate
    return ops.multiply(ops.cast(rate, "float32"), factor)
