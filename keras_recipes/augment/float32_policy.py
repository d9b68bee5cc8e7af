"""Build augmentation layers in float32, whatever precision the model trains in."""

import contextlib

import keras


@contextlib.contextmanager
def float32_policy():
    """Make float32 Keras's global dtype policy inside a `with` block, for this thread.

    KerasCV layers built under a mixed policy crash, return NaN or corrupt labels, and their
    `dtype` argument does not reach the layers that they build themselves.

    Example:
        ```python
        keras.config.set_dtype_policy("mixed_bfloat16")
        with float32_policy():
            layer = keras_cv.layers.RandAugment(value_range=(0, 255))
        ```
    """
    outer = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(outer)
