"""Operations that give the same bits each time, by TensorFlow's own switch."""

import contextlib

from keras_recipes.errors import RecipeError


@contextlib.contextmanager
def op_determinism(wanted: bool):
    """Within it TensorFlow uses deterministic operations alone, if that is wanted.

    Raises:
        RecipeError: if something that is used within has no deterministic form.
    """
    if not wanted:
        yield
        return
    # `tf.config.experimental` has the switch to turn it on alone.
    from tensorflow import errors
    from tensorflow.python.framework import config

    before = config.is_op_determinism_enabled()
    config.enable_op_determinism()
    try:
        yield
    except (errors.UnimplementedError, errors.InvalidArgumentError, RuntimeError) as error:
        if "determinis" not in str(error).lower():
            raise
        told = next(line for line in str(error).splitlines() if "determinis" in line.lower())
        raise RecipeError(
            "deterministic", f"can't be had: {told.strip()}",
            "Take out what needs it, or set deterministic=False.",
        ) from error  # fmt: skip
    finally:
        if not before:
            config.disable_op_determinism()
