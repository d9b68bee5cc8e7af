"""What callbacks have counted, for a run that goes on: those of one's own, and Keras's."""

import keras
import numpy as np

_OF_KERAS = {
    keras.callbacks.EarlyStopping: ("best", "wait", "best_epoch", "stopped_epoch"),
    keras.callbacks.ModelCheckpoint: (
        "best", "_batches_seen_since_last_saving", "_last_batch_seen",
    ),
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.History: ("history", "epoch"),
}  # fmt: skip
"""Keras's own that count, and where."""
_BY_THE_EPOCH = (
    keras.callbacks.CSVLogger, keras.callbacks.LambdaCallback,
    keras.callbacks.LearningRateScheduler, keras.callbacks.ProgbarLogger,
    keras.callbacks.SwapEMAWeights, keras.callbacks.TerminateOnNaN, keras.callbacks.TensorBoard,
)  # fmt: skip
"""Keras's own that go by what they are told, or by the model."""


def get_states(callbacks) -> dict:
    """State of each callback that has one, as JSON can hold it, by its place.

    A callback of one's own has one if it has `get_state` and `set_state`.
    """
    found = {}
    for index, callback in enumerate(callbacks):
        names = _counted(callback)
        if names:
            found[str(index)] = {name: _plain(getattr(callback, name)) for name in names}
        elif _has_state(callback):
            found[str(index)] = callback.get_state()
    return found


def set_states(callbacks, states: dict):
    """Continue from `get_states`; after `on_train_begin`, in which callbacks forget all."""
    for index, state in states.items():
        callback = callbacks[int(index)]
        names = _counted(callback)
        if not names:
            callback.set_state(state)
        for name in names:
            setattr(callback, name, state[name])


def get_arrays(callbacks) -> dict:
    """The best weights that an `EarlyStopping` holds, by name: `c<place>.<number>`."""
    return {
        f"c{index}.{number}": np.asarray(array)
        for index, callback in enumerate(callbacks)
        if isinstance(callback, keras.callbacks.EarlyStopping)
        for number, array in enumerate(callback.best_weights or ())
    }


def set_arrays(callbacks, arrays: dict):
    """Continue from `get_arrays`, found among others."""
    for index, callback in enumerate(callbacks):
        names = [name for name in arrays if name.startswith(f"c{index}.")]
        if names:
            callback.best_weights = [arrays[f"c{index}.{place}"] for place in range(len(names))]


def without_state(callbacks) -> list[str]:
    """Names of the classes that may count something, and don't tell what."""
    return [
        type(each).__name__
        for each in callbacks
        if not (_counted(each) or _has_state(each) or isinstance(each, _BY_THE_EPOCH))
    ]


def _has_state(callback):
    return hasattr(callback, "get_state") and hasattr(callback, "set_state")


def _counted(callback):
    return next((names for kind, names in _OF_KERAS.items() if isinstance(callback, kind)), ())


def _plain(value):
    """Numbers of NumPy and TensorFlow as Python's, which JSON can hold."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if hasattr(value, "item") or hasattr(value, "numpy"):
        return np.asarray(value).item()
    return value
