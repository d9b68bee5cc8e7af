"""How alike two images are once one of them is cropped a little to fit the other."""

import functools

import numpy as np

from keras_recipes.audit.resample import resample, resampling_matrix

SIDE = 16
"""Pixels that are compared."""
_FROM = 32
"""Pixels that are cropped from."""
_MARGINS = (0.0, 0.05, 0.1)
"""Shares of the side that a crop may take away at each of its ends."""


def aligned_correlation(first, second) -> np.ndarray:
    """The highest correlation of one image with a crop of the other, either way.

    A crop takes up to a tenth of the side away at each end. Brightness, contrast and the mean of a
    channel don't matter: else two blue skies would be alike, whatever flies there.

    Args:
        first, second: uint8 `(n, height, width, channels)`, compared pair by pair.

    Returns:
        float32 `(n,)`, in -1..1.
    """
    first, second = resample(first, _FROM), resample(second, _FROM)
    return np.maximum(_best(first, second), _best(second, first))


def _best(cropped, whole):
    crops = _crops()
    count, channels = len(crops), cropped.shape[-1]
    n = len(cropped)
    target = _normalise(resample(whole, SIDE).reshape(n, -1, channels))
    matrix = np.concatenate(crops)  # (crops * SIDE, _FROM)
    columns = matrix @ cropped.transpose(0, 3, 1, 2).reshape(-1, _FROM, _FROM)  # over the rows
    columns = columns.reshape(n, channels, count, SIDE, _FROM)
    best = np.full(n, -1, np.float32)
    for across in crops:
        made = (columns @ across.T).transpose(0, 2, 3, 4, 1)  # (n, count, SIDE, SIDE, channels)
        made = _normalise(made.reshape(n * count, -1, channels)).reshape(n, count, -1)
        correlation = np.matmul(made, target.reshape(n, -1, 1))[..., 0]
        best = np.maximum(best, correlation.max(axis=1))
    return best


def _normalise(pixels):
    """Each channel with mean 0, and norm 1 in all; `(n, pixels, channels)` made flat."""
    flat = (pixels - pixels.mean(axis=1, keepdims=True)).reshape(len(pixels), -1)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


@functools.lru_cache(maxsize=1)
def _crops():
    return [
        resampling_matrix(_FROM, SIDE, start, 1 - end) for start in _MARGINS for end in _MARGINS
    ]
