"""One pass over all images: what every check of an audit needs to know of each of them."""

import hashlib
from dataclasses import dataclass

import numpy as np

from keras_recipes.audit.descriptor import DIMENSIONS, FITTED_ON, Whitening, raw_features
from keras_recipes.audit.sharpness import blur_width
from keras_recipes.data.survey import COLOURLESS

_FIT_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """Of every image, in the order of `AuditedImages`: some 300 bytes each."""

    digests: np.ndarray
    """The first 16 bytes of SHA-256 of the pixels, uint64 `(n, 2)`."""
    descriptors: np.ndarray
    """float32 `(n, 64)`, of norm 1; see `descriptor.py`."""
    contrast: np.ndarray
    """Largest standard deviation of a channel, in 0..127.5, float32 `(n,)`."""
    brightness: np.ndarray
    """Mean of all pixels, in 0..255."""
    highlights: np.ndarray
    """What 99 % of the pixels are not brighter than, in 0..255."""
    shadows: np.ndarray
    """What 99 % of the pixels are not darker than, in 0..255."""
    colourless: np.ndarray
    """Whether red, green and blue are the same, but for a trace of compression, bool `(n,)`."""
    blur: np.ndarray
    """How wide the edges are; see `sharpness.py`. NaN without any."""


def measure(images, progress=lambda done: None) -> Measurements:
    """Read every image once, a batch at a time.

    Args:
        images: `AuditedImages`.
        progress: called with the number of images that are done.
    """
    count = len(images)
    whitening = _fit(images)
    found = {
        "digests": np.empty((count, 2), np.uint64),
        "descriptors": np.empty((count, DIMENSIONS), np.float32),
        **{
            name: np.empty(count, np.float32)
            for name in ("contrast", "brightness", "highlights", "shadows", "blur")
        },
        "colourless": np.empty(count, bool),
    }
    for start, batch in images.batches():
        rows = slice(start, start + len(batch))
        found["digests"][rows] = [_digest(each) for each in batch]
        found["descriptors"][rows] = whitening(raw_features(batch))
        flat = batch.reshape(len(batch), -1, batch.shape[-1])
        found["contrast"][rows] = flat.std(axis=1, dtype=np.float32).max(axis=1)
        grey = batch.mean(axis=-1, dtype=np.float32)
        ordered = np.sort(grey.reshape(len(batch), -1), axis=1)
        last = ordered.shape[1] - 1
        found["brightness"][rows] = ordered.mean(axis=1)
        found["highlights"][rows] = ordered[:, int(0.99 * last)]
        found["shadows"][rows] = ordered[:, last - int(0.99 * last)]
        found["colourless"][rows] = np.ptp(flat, axis=-1).max(axis=1) <= COLOURLESS
        found["blur"][rows] = blur_width(grey)
        progress(rows.stop)
    return Measurements(**found)


def _digest(image):
    return np.frombuffer(hashlib.sha256(np.ascontiguousarray(image)).digest()[:16], np.uint64)


def _fit(images):
    """The whitening, fitted to evenly spaced images."""
    most = max(100, min(FITTED_ON, _FIT_BYTES // int(np.prod(images.shape))))
    some = np.linspace(0, len(images) - 1, min(len(images), most)).astype(int)
    parts = [
        raw_features(images.read_many(some[first : first + 256]))
        for first in range(0, len(some), 256)
    ]
    return Whitening.fit(np.concatenate(parts))
