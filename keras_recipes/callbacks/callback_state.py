"""The state that a callback gives for a resumed run, and is given back."""

from keras_recipes.errors import RecipeError


def require_state(name: str, state, keys: tuple[str, ...]):
    """Raise `RecipeError` unless `state` is a dict of exactly these keys.

    Args:
        name: of the callback.
        state: what its `set_state` was given.
        keys: those that its `get_state` gives.
    """
    if not isinstance(state, dict) or set(state) != set(keys):
        got = ", ".join(map(str, state)) if isinstance(state, dict) else repr(state)
        raise RecipeError(
            f"{name}.set_state",
            f"must be given {', '.join(keys)}; got {got or 'nothing'}",
            "Give it what get_state() returned.",
        )
