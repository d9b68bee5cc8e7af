"""How alike two images are once one of them is cropped a little to fit the other."""

import functools

import numpy as np

from keras_recipes.audit.resample import resample, resampling_matrix

SIDE = 16
"""Pixels that are compared."""
_FROM = 32
"""Pixels that are cropped from."""
_AT_ONCE = 16
"""Pairs, few enough for a processor's cache."""
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
    found = np.empty(len(first), np.float32)
    for start in range(0, len(first), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        one, other = resample(first[some], _FROM), resample(second[some], _FROM)
        found[some] = np.maximum(_best(one, other), _best(other, one))
    return found


def _best(cropped, whole):
    """The highest correlation of each crop, `(n,)`; images are float `(n, _FROM, _FROM, c)`."""
    crops = _crops()
    target = resample(whole, SIDE).transpose(0, 3, 1, 2)
    target = target - target.mean(axis=(2, 3), keepdims=True)
    n, channels = target.shape[:2]
    length = np.sqrt(np.square(target).sum(axis=(1, 2, 3)))[:, None]
    target = target.reshape(n, channels, -1)
    # All crops of the rows at once, then one crop of the columns after the other.
    rows = np.concatenate(crops) @ cropped.transpose(0, 3, 1, 2)
    best = np.full(n, -1, np.float32)
    for columns in crops:
        made = (rows @ columns.T).reshape(n, channels, len(crops), SIDE * SIDE)
        # The target has mean 0, so that of what is made needs no taking away.
        product = np.einsum("nckp,ncp->nk", made, target)
        square = np.einsum("nckp,nckp->nk", made, made)
        square -= np.square(made.sum(axis=3)).sum(axis=1) / SIDE**2
        norm = np.sqrt(np.maximum(square, 0)) * length
        best = np.maximum(best, (product / np.maximum(norm, 1e-3)).max(axis=1))
    return best


@functools.lru_cache(maxsize=1)
def _crops():
    return [
        resampling_matrix(_FROM, SIDE, start, 1 - end) for start in _MARGINS for end in _MARGINS
    ]
