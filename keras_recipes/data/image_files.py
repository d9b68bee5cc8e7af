"""Many image files as batches of pixels: by several threads, in order, in bounded memory."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from keras_recipes.data.image_file import PixelFormat, read_image

UNREADABLE = -1
"""The label that stands for a file that can't be read; its row is black."""

_BATCH_BYTES = 8 << 20
_MOST_THREADS = 8  # each may hold a whole undecoded-size image of tens of megabytes


def read_batches(
    paths, labels, pixels: PixelFormat, *, threads: int | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Read files in their order; while a batch is used, the next one is read.

    Pillow decodes outside of Python's lock, so threads do share the work.

    Args:
        paths: of the files.
        labels: int class ids, one a file.
        pixels: what each is made into.
        threads: that read at once; None for one a core, 8 at most.

    Yields:
        (images uint8 `(n, height, width, channels)`, labels int64 `(n,)`), some 8 MiB at a time;
        the label of a file that can't be read is `UNREADABLE`.
    """
    at_once = max(1, min(1024, _BATCH_BYTES // int(np.prod(pixels.shape))))
    starts = range(0, len(paths), at_once)
    pool = ThreadPoolExecutor(threads or min(_MOST_THREADS, _cores()))

    def submit(start):
        some = zip(paths[start : start + at_once], labels[start : start + at_once], strict=True)
        return [pool.submit(_read, path, label, pixels) for path, label in some]

    try:
        ahead = submit(0)
        for start in starts:
            now, ahead = ahead, submit(start + at_once)
            images, found = zip(*(each.result() for each in now), strict=True)
            yield np.stack(images), np.array(found, np.int64)
    finally:
        pool.shutdown(cancel_futures=True)


def _read(path, label, pixels):
    try:
        return read_image(path, pixels), label
    except Exception:  # its reader stumbled; why is asked later, where anybody wants to know
        return np.zeros(pixels.shape, np.uint8), UNREADABLE


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not told on this system
        return os.cpu_count() or 1
