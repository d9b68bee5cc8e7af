"""Which examples a step trains on: a slice of a permutation that is keyed by a seed and the epoch.

It is evaluated an index at a time, so batches begin at any step at once, and are the same whatever
the parallelism.
"""

from keras_recipes.errors import RecipeError


def full_batches(count: int, batch_size: int) -> int:
    """Full batches in an epoch; what is left over differs from epoch to epoch.

    Raises:
        RecipeError: if the examples fill no batch.
    """
    if batch_size > count:
        raise RecipeError(
            "batch_size", f"is {batch_size}, but there are {count} training examples",
            f"Use {max(1, count // 10)}, say.",
        )  # fmt: skip
    return count // batch_size


def keyed_batches(
    make,
    *,
    count: int,
    seed: int,
    batch_size: int,
    first_step: int,
    last_step: int,
    parallel_calls: int | None = None,
):
    """Batches of the global steps `first_step` to `last_step - 1`.

    Args:
        make: function of (places of the batch's examples, int64 `(batch_size,)`; epoch; step) to
            the batch, traced by TensorFlow.
        count: examples in all.
        parallel_calls: batches made at once; None leaves it to TensorFlow.

    Returns:
        `tf.data.Dataset`.
    """
    import tensorflow as tf

    per_epoch = full_batches(count, batch_size)

    def batch(step):
        epoch = step // per_epoch
        places = (step % per_epoch) * batch_size + tf.range(batch_size, dtype=tf.int64)
        key = tf.stack([seed, tf.cast(epoch, tf.int32)])
        return make(tf.random.experimental.index_shuffle(places, key, count - 1), epoch, step)

    steps = tf.data.Dataset.range(first_step, last_step)
    parallel_calls = parallel_calls or tf.data.AUTOTUNE
    return steps.map(batch, num_parallel_calls=parallel_calls, deterministic=True).prefetch(
        tf.data.AUTOTUNE
    )
