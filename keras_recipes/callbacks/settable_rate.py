"""Whether a callback can set the learning rate of an optimizer."""

import keras

from keras_recipes.errors import RecipeError


def require_settable_rate(optimizer, name: str, instead: str = "leave this callback out"):
    """Raise `RecipeError` if a schedule of the optimizer's own sets its rate.

    Keras says so only when the rate is first set, which may be epochs later.

    Args:
        optimizer: of the compiled model.
        name: of the callback, or else, that would set the rate.
        instead: what to do where the optimizer is to keep its schedule.
    """
    # A schedule shows as a tensor (its value now), a rate that can be set as a variable.
    if not isinstance(getattr(optimizer, "learning_rate", None), keras.Variable):
        raise RecipeError(
            "optimizer.learning_rate",
            f"must be a number when {name} sets it; the optimizer has a schedule of its own",
            f"Give the optimizer a number, or {instead}.",
        )


def current_rate(optimizer) -> float:
    """The rate that the optimizer holds: a float32 number, as a Python float."""
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))
