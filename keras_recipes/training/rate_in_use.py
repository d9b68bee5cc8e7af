"""The learning rate that a step of a phase uses, for what logs and shows it."""

from keras_recipes.callbacks.settable_rate import current_rate


def rate_in_use(model, rates, step: int) -> float:
    """The rate of step `step` of the phase.

    Args:
        model: the compiled model.
        rates: the rate of each step, or None where no table sets it: callbacks may have changed
            it then, and what the optimizer holds is told.
        step: counted from the phase's first.
    """
    return current_rate(model.optimizer) if rates is None else float(rates[step])
