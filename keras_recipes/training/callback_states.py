"""What callbacks have counted, for a run that goes on: those of one's own, and Keras's."""

import keras

_OF_KERAS = {
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.History: ("history", "epoch"),
}
"""Keras's own that count, and where."""


def get_states(callbacks) -> dict:
    """State of each callback that has one, as JSON can hold it, by its place.

    A callback of one's own has one if it has `get_state` and `set_state`.
    """
    found = {}
    for index, callback in enumerate(callbacks):
        names = _counted(callback)
        if names:
            found[str(index)] = {name: _plain(getattr(callback, name)) for name in names}
        elif hasattr(callback, "get_state") and hasattr(callback, "set_state"):
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


def _counted(callback):
    return next((names for kind, names in _OF_KERAS.items() if isinstance(callback, kind)), ())


def _plain(value):
    """Numbers of NumPy as Python's, which JSON can hold."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.item() if hasattr(value, "item") else value
