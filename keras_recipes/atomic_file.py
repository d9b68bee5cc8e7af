"""Writes a file so that it is never half there."""

import contextlib
import os
from pathlib import Path


@contextlib.contextmanager
def replacing(path):
    """Give a path to write to; on leaving without an error, it becomes `path`.

    The partial file lies beside `path` under one fixed name (a run that was killed leaves one
    behind at most, and the next overwrites it) and keeps the ending, by which Keras chooses the
    format. It is flushed to disk before it is renamed, and the folder after: power that fails at
    any moment leaves the old file or the new one. After an error the old one stays.

    Example:

    >>> with replacing("best.keras") as partial:
    ...     model.save(partial)
    """
    path = Path(path)
    partial = _partial(path)
    try:
        yield partial
        with open(partial, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    # Not every system opens or flushes a folder (Windows, some network disks); the rename above
    # holds without it, short of a power failure.
    with contextlib.suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def try_writing(path):
    """Raise `OSError` now if `replacing(path)` could not write beside `path` later."""
    partial = _partial(Path(path))
    with open(partial, "wb"):
        pass
    partial.unlink()


def _partial(path):
    return path.with_name(f".partial-{path.name}")
