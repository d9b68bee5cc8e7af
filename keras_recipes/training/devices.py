"""Which devices train: every GPU of the machine takes its share of each batch."""

import contextlib

from keras_recipes.errors import RecipeError


def training_devices() -> tuple[str, ...]:
    """`("GPU:0", "GPU:1", ...)`, those that TensorFlow sees, or `("CPU:0",)`.

    `CUDA_VISIBLE_DEVICES` narrows them down.
    """
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return tuple(f"GPU:{index}" for index in range(len(gpus))) or ("CPU:0",)


@contextlib.contextmanager
def training_on(devices: tuple[str, ...], batch_size: int):
    """Within it models are built for, and trained on, all of `devices`.

    More than one make up a `tf.distribute.MirroredStrategy`: the batch is the same batch of the
    same images, split evenly, and the weights move as on one device, up to rounding. What a
    device does with its own share alone differs: batch normalisation has the statistics of that
    share, and dropout draws the same mask for the first image of every share, and so on.

    Raises:
        RecipeError: if a device is missing, or the batch can't be split evenly.
    """
    if len(devices) < 2:
        yield
        return
    import tensorflow as tf

    present = {each.name.rpartition("device:")[2] for each in tf.config.list_logical_devices()}
    missing = [each for each in devices if each not in present]
    if missing:
        raise RecipeError(
            "devices", f"lack {', '.join(missing)}, which the run began with",
            "Resume it on a machine that has them, or begin a new run: other shares, other bits.",
        )  # fmt: skip
    with tf.distribute.MirroredStrategy(list(devices)).scope():
        require_even_shares(batch_size)
        yield


def require_even_shares(batch_size: int):
    """Raise `RecipeError` if the devices of `training_on` can't share a batch evenly."""
    import tensorflow as tf

    devices = tf.distribute.get_strategy().num_replicas_in_sync
    if batch_size % devices:
        raise RecipeError(
            "batch_size", f"is {batch_size}, which {devices} devices can't share evenly",
            f"Use {max(1, round(batch_size / devices)) * devices}, or name fewer GPUs in "
            "CUDA_VISIBLE_DEVICES.",
        )  # fmt: skip


def require_shareable(optimizer):
    """Raise `RecipeError` if `optimizer` can't be used within `training_on` several devices.

    Keras accumulates in a branch of the graph, where TensorFlow lets no replicas meet, and clips
    the gradient of each device's share before they are added up (Keras 3.15).
    """
    import tensorflow as tf

    devices = tf.distribute.get_strategy().num_replicas_in_sync
    if devices == 1:
        return
    while hasattr(optimizer, "inner_optimizer"):
        optimizer = optimizer.inner_optimizer
    if optimizer.gradient_accumulation_steps:
        raise RecipeError(
            "optimizer.accumulate",
            f"must be 1 on {devices} devices; got {optimizer.gradient_accumulation_steps}",
            "Raise batch_size instead, which the devices share, or name one GPU in "
            "CUDA_VISIBLE_DEVICES.",
        )
    if optimizer.clipnorm or optimizer.global_clipnorm or optimizer.clipvalue:
        raise RecipeError(
            "optimizer",
            f"can't clip on {devices} devices: Keras would clip the gradient of each one's share",
            "Set clip_norm and clip_value to None, or name one GPU in CUDA_VISIBLE_DEVICES.",
        )
