"""The value that a callback watches: read from an epoch's logs, missed by name."""

import difflib
import math

import keras
import numpy as np

from keras_recipes.callbacks.metric_direction import metric_direction
from keras_recipes.errors import RecipeError


def read_value(monitor, value):
    """`value`, which the logs hold under the name `monitor`, as a Python float.

    Raises:
        RecipeError: if it is not a single number.
    """
    value = np.asarray(keras.ops.convert_to_numpy(value))
    if value.size != 1:
        raise RecipeError(
            "monitor",
            f"must be a single number each epoch; {monitor!r} has the shape {value.shape}",
            "Monitor its mean, or another metric.",
        )
    return float(value.reshape(()))


def is_improvement(value, reference, *, mode, min_delta) -> bool:
    """Whether `value` is better than `reference` by more than `min_delta`.

    NaN and infinity never are; any finite number is better than None.
    """
    if not math.isfinite(value):
        return False
    if reference is None:
        return True
    if mode == "min":
        return value < reference - min_delta
    return value > reference + min_delta


def is_reported(monitor, logs, *, before, early) -> bool:
    """Whether `logs` hold what is monitored, which an epoch may lack once one has held it.

    Args:
        monitor: its name.
        logs: those of an epoch.
        before: whether an epoch before held it.
        early: whether the epoch is before those that count, and so may have no validation yet.

    Raises:
        RecipeError: if they don't, and should.
    """
    if logs.get(monitor) is not None:
        return True
    if not before and not (early and lacks_validation(monitor, logs)):
        raise missing_value(monitor, logs)
    return False


def lacks_validation(monitor, logs) -> bool:
    """Whether `monitor` is of validation and `logs` are of an epoch without."""
    return monitor.startswith("val_") and not any(name.startswith("val_") for name in logs)


def missing_value(monitor, logs) -> RecipeError:
    """The error for logs that don't hold `monitor`; it lists what they hold."""
    fix = "Give the metric to model.compile, or monitor one of these."
    # Only where close: `val_loss` is like `loss`, but what it lacks is validation data.
    close = difflib.get_close_matches(monitor, logs, n=1)
    if lacks_validation(monitor, logs):
        fix = (
            "Pass validation_data to model.fit; with validation_freq=n, also "
            "start_from_epoch=n - 1 here."
        )
    elif close:
        fix = f"Did you mean {close[0]!r}?"
    return RecipeError(
        "monitor",
        f"must be one of the logs ({', '.join(sorted(logs)) or 'none'}); got {monitor!r}",
        fix,
    )


def resolve_mode(mode, monitor):
    """`"min"` or `"max"`: as given, or by the name of what is monitored.

    Raises:
        RecipeError: if either is no such thing, or the name leaves a doubt.
    """
    if not isinstance(monitor, str) or not monitor:
        raise RecipeError(
            "monitor",
            f"must be a name in the logs; got {monitor!r}",
            'Use "val_loss" or "val_accuracy".',
        )
    if mode not in (None, "min", "max"):
        raise RecipeError(
            "mode",
            f'must be "min", "max" or None; got {mode!r}',
            'Use "max" where more is better.',
        )
    mode = mode or metric_direction(monitor)
    if mode is None:
        raise RecipeError(
            "mode",
            f"must be given for {monitor!r}, whose name leaves open whether more or less is better",
            'Pass mode="min" or mode="max".',
        )
    return mode
