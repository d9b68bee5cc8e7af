"""Results that XLA computes once."""

import tensorflow as tf


def materialised(values):
    """The values as they are, computed before anything reads them.

    XLA merges what makes values into what reads them, also where each is read many times, and then
    makes it as many times. It does not merge across a branch. (Its own barrier has no public name
    in TensorFlow.)

    Args:
        values: numbers that are never negative, at least one; any shape.

    Returns:
        tensor of the same type and shape.
    """
    # The other branch is never taken. XLA would know that of unsigned numbers, or of padding.
    some = tf.cast(tf.reshape(values, [-1])[tf.size(values) // 2], tf.float32)
    return tf.cond(some >= 0, lambda: values, lambda: values + tf.ones([], values.dtype))
