"""Bring a batch of images to a size, the same way every time."""


def central_resize(images, size: tuple[int, int]):
    """Cut images to the proportions of `size` around their centre and scale them to it.

    Scaled bilinearly with antialiasing, as `tf.image.resize` does. Images of that size already are
    returned as they are.

    Args:
        images: any number type, shape `(batch, height, width, channels)`; all but the batch known.
        size: `(height, width)`.

    Returns:
        float32 tensor, shape `(batch, *size, channels)`, in the range of `images`.

    Example:
        ```python
        batches = batches.map(lambda images, labels: (central_resize(images, (96, 96)), labels))
        ```
    """
    import tensorflow as tf

    images = tf.cast(images, tf.float32)
    height, width = images.shape[1:3]
    if (height, width) == tuple(size):
        return images
    scale = max(size[0] / height, size[1] / width)
    kept_height, kept_width = (min(height, max(1, round(size[0] / scale))),
                               min(width, max(1, round(size[1] / scale))))  # fmt: skip
    top, left = (height - kept_height) // 2, (width - kept_width) // 2
    images = images[:, top : top + kept_height, left : left + kept_width]
    return tf.image.resize(images, size, method="bilinear", antialias=True)
