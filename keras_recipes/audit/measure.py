"""One pass over all images: what every check of an audit needs to know of each of them."""

import hashlib
from dataclasses import dataclass

import numpy as np

from keras_recipes.audit.descriptor import DIMENSIONS, FITTED_ON, Whitening, raw_features
from keras_recipes.audit.sharpness import blur_width
from keras_recipes.data.survey import COLOURLESS

_FIT_BYTES = 64 << 20
_CACHED_VALUES = 32 * 32 * 32 * 3


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
        # As few at once as a processor's cache holds: it is several times faster.
        at_once = max(1, _CACHED_VALUES // batch[0].size)
        for first in range(0, len(batch), at_once):
            some = batch[first : first + at_once]
            rows = slice(start + first, start + first + len(some))
            for name, values in _look_at(some).items():
                found[name][rows] = values
            found["descriptors"][rows] = whitening(raw_features(some))
        progress(start + len(batch))
    return Measurements(**found)


def _look_at(batch):
    """What is measured of a few images but the descriptors, by its name in `Measurements`."""
    values = batch.reshape(len(batch), -1, batch.shape[-1]).astype(np.float32)
    mean = values.mean(axis=1)
    variance = np.einsum("npc,npc->nc", values, values) / values.shape[1] - mean**2
    channels = [batch[..., each] for each in range(batch.shape[-1])]
    spread = np.maximum.reduce(channels) - np.minimum.reduce(channels)
    weights = np.full(len(channels), 1 / len(channels), np.float32)
    grey = (values @ weights).reshape(batch.shape[:3])
    flat = grey.reshape(len(batch), -1)
    last = flat.shape[1] - 1
    low, high = last - int(0.99 * last), int(0.99 * last)
    ordered = np.partition(flat, (low, high), axis=1)
    return {
        "digests": [_digest(each) for each in batch],
        "contrast": np.sqrt(np.maximum(variance.max(axis=1), 0)),
        "brightness": mean.mean(axis=1),
        "highlights": ordered[:, high],
        "shadows": ordered[:, low],
        "colourless": spread.reshape(len(batch), -1).max(axis=1) <= COLOURLESS,
        "blur": blur_width(grey),
    }


def _digest(image):
    return np.frombuffer(hashlib.sha256(np.ascontiguousarray(image)).digest()[:16], np.uint64)


def _fit(images):
    """The whitening, fitted to evenly spaced images."""
    most = max(100, min(FITTED_ON, _FIT_BYTES // int(np.prod(images.shape))))
    some = np.linspace(0, len(images) - 1, min(len(images), most)).astype(int)
    parts = [
        raw_features(images.read_many(some[first : first + 64]))
        for first in range(0, len(some), 64)
    ]
    return Whitening.fit(np.concatenate(parts))
