"""Images of any size made small, many at once, by products with matrices."""

import functools

import numpy as np


@functools.lru_cache(maxsize=64)
def resampling_matrix(old: int, new: int, start: float = 0.0, stop: float = 1.0) -> np.ndarray:
    """Weights that resample one axis linearly, with antialiasing where it shrinks.

    Args:
        old: pixels there are.
        new: pixels wanted.
        start, stop: the part of the axis that is resampled, in shares of it.

    Returns:
        float32 `(new, old)`; rows sum to 1.
    """
    step = (stop - start) * old / new
    centres = start * old + (np.arange(new) + 0.5) * step - 0.5
    support = max(step, 1.0)
    weights = np.maximum(0, 1 - np.abs(np.arange(old) - centres[:, None]) / support)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def resample(images, side: int) -> np.ndarray:
    """Every image squashed to `side` by `side` pixels, float32 `(n, side, side, channels)`."""
    images = np.asarray(images, np.float32)
    _, height, width, _ = images.shape
    if height != side:
        images = np.einsum("yh,nhwc->nywc", resampling_matrix(height, side), images, optimize=True)
    if width != side:
        images = np.einsum("xw,nywc->nyxc", resampling_matrix(width, side), images, optimize=True)
    return images
