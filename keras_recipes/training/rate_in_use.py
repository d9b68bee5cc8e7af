"""The learning rate that a step of a phase uses, for what logs and shows it."""

import keras


def rate_in_use(model, rates, step: int) -> float:
    """The rate of step `step` of the phase.

    Args:
        model: the compiled model.
        rates: the rate of each step, or None where no schedule sets it: callbacks may have
            changed it then, and what the optimizer holds is told.
        step: counted from the phase's first.
    """
    if rates is not None:
        return float(rates[step])
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))  # devices mirror it
