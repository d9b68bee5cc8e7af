"""The rate of an optimizer, whatever sets it and whatever wraps it."""

import contextlib

import keras


@contextlib.contextmanager
def set_rate(optimizer, rate: float):
    """Within it the optimizer has a constant rate, its own schedule or not; then its own again.

    A train function that is traced within holds that rate where the optimizer has a schedule.
    """
    schedule = schedule_of(optimizer)
    before = None if schedule is not None else float(keras.ops.convert_to_numpy(
        optimizer.learning_rate))  # fmt: skip
    optimizer.learning_rate = rate if schedule is None else HeldRate(rate)
    try:
        yield
    finally:
        optimizer.learning_rate = before if schedule is None else schedule


class HeldRate(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that gives what was set, for optimizers that have one."""

    def __init__(self, rate):
        super().__init__()
        self.value = keras.Variable(rate, dtype="float32", trainable=False, name="range_test_rate")

    def __call__(self, step):
        return self.value + 0.0


def schedule_of(optimizer):
    """The schedule that sets an optimizer's rate, or None if it is a number."""
    if isinstance(optimizer.learning_rate, keras.Variable):
        return None
    return innermost(optimizer)._learning_rate  # Keras tells the rate of this step only


def accumulated_batches(optimizer) -> int:
    """Batches whose gradients an optimizer accumulates before it moves the weights."""
    return getattr(innermost(optimizer), "gradient_accumulation_steps", None) or 1


def innermost(optimizer):
    """The optimizer within those that wrap it."""
    while hasattr(optimizer, "inner_optimizer"):
        optimizer = optimizer.inner_optimizer
    return optimizer
