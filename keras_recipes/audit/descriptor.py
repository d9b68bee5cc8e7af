"""What an image looks like in 64 numbers that small crops, brightness and compression hardly move.

Orientations of edges in 4 by 4 cells (Dalal & Triggs 2005) and the lowest frequencies of each
channel (a discrete cosine transform, as in perceptual hashes), whitened by what is usual in the
data set: what all its images have in common then makes no two of them alike.
"""

from dataclasses import dataclass

import numpy as np

SIDE = 32
"""Pixels that an image is squashed to first."""
CELLS = 4
ORIENTATIONS = 8
FREQUENCIES = 6
DIMENSIONS = 64
FITTED_ON = 10_000
"""Images that the whitening is fitted to, at most."""
_POWER = 0.75
"""Whitening divides by this power of the standard deviations; 1 would lift noise to the same rank
as edges, 0 leaves the few largest components to decide."""


def raw_features(images) -> np.ndarray:
    """Edges and colours before the whitening.

    Args:
        images: uint8 `(n, height, width, channels)`.

    Returns:
        float32 `(n, 128 + 36 * channels)`; each half has norm 1.
    """
    from keras_recipes.audit.resample import resample

    small = resample(images, SIDE)
    return np.hstack([_unit(_edges(small.mean(axis=-1))), _unit(_frequencies(small))])


def _edges(grey):
    """Square roots of the strength of edges by cell and orientation, float32 `(n, 128)`."""
    down, right = np.zeros_like(grey), np.zeros_like(grey)
    down[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    right[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    strength = np.hypot(down, right)
    turn = (np.arctan2(down, right) % np.pi) * (ORIENTATIONS / np.pi)
    cells = _cells()
    found = []
    for orientation in range(ORIENTATIONS):
        away = np.abs(turn - orientation)
        share = strength * np.maximum(0, 1 - np.minimum(away, ORIENTATIONS - away))
        found.append(np.matmul(cells @ share, cells.T))
    return np.sqrt(np.stack(found, axis=1).reshape(len(grey), -1))


def _cells():
    """Weights of each pixel in each cell of its axis, falling to 0 at the next cell's centre."""
    places = (np.arange(SIDE) + 0.5) * CELLS / SIDE - 0.5
    return np.maximum(0, 1 - np.abs(places - np.arange(CELLS)[:, None])).astype(np.float32)


def _frequencies(small):
    """The lowest frequencies of each channel, without the brightness of all, float32 `(n, 36c)`."""
    steps = np.arange(FREQUENCIES)[:, None] * (np.arange(SIDE) + 0.5)
    cosines = np.cos(np.pi / SIDE * steps).astype(np.float32)
    found = np.einsum("fy,nyxc->nfxc", cosines, small, optimize=True)
    found = np.einsum("gx,nfxc->ncfg", cosines, found, optimize=True)
    found[:, :, 0, 0] -= found[:, :, 0, 0].mean(axis=1, keepdims=True)
    return found.reshape(len(small), -1)


def _unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


@dataclass(frozen=True)
class Whitening:
    """Takes away what the images of a data set have in common."""

    mean: np.ndarray
    projection: np.ndarray

    @classmethod
    def fit(cls, features) -> "Whitening":
        """Fit to features, `(n, d)`; the covariance of few images is shrunk.

        Source: Ledoit & Wolf 2004 for the shrinkage.
        """
        from sklearn.covariance import ledoit_wolf

        covariance = ledoit_wolf(features.astype(np.float64))[0]
        variances, axes = np.linalg.eigh(covariance)
        first = np.argsort(-variances)[:DIMENSIONS]
        floor = max(1e-3 * variances.max(), 1e-12)
        projection = axes[:, first] * (variances[first] + floor) ** (-_POWER / 2)
        return cls(features.mean(axis=0), projection.astype(np.float32))

    def __call__(self, features) -> np.ndarray:
        """Descriptors of norm 1, float32 `(n, 64)`: their products are similarities in -1..1."""
        return _unit((features - self.mean) @ self.projection)
