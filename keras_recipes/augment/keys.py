"""Keys of random draws: hashes of a seed and counters."""

import tensorflow as tf


def fold_key(key, counter):
    """Hash an integer into a key.

    `stateless_fold_in` alone leaves the integer readable in the second half of its result, so that
    the second draw at step 0 would be the first draw at step 1; a stateless draw scrambles both.

    Args:
        key: int32 tensor, shape `(2,)`.
        counter: scalar integer or integer tensor.

    Returns:
        int32 tensor, shape `(2,)`, uniform over all its values.
    """
    folded = tf.random.experimental.stateless_fold_in(key, tf.cast(counter, tf.int32))
    return tf.random.stateless_uniform([2], folded, minval=None, maxval=None, dtype=tf.int32)


def batch_key(seed, *counters):
    """Hash a seed and counters, such as epoch and step, into the key of one batch.

    Args:
        seed: scalar integer or integer tensor; its lowest 32 bits count, as of the counters.
        *counters: scalar integers or integer tensors; their order matters.

    Returns:
        int32 tensor, shape `(2,)`.
    """
    key = tf.zeros([2], tf.int32)
    for integer in (seed, *counters):
        key = fold_key(key, integer)
    return key
