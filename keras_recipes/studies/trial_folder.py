"""The temporary folder of a trial on a node, which is removed in whatever way the trial ends."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

_PREFIX = "keras-recipes-trial-"
_HELD = ".held"


@contextlib.contextmanager
def temporary_folder(key: str):
    """Make a folder that is removed at the end, and remove those that have been left.

    Where a study is killed Ray kills its workers and what they have started, so that nobody is
    left to remove theirs; the next trial on the node does. A folder is in use while a lock on a
    file in it is held.

    Args:
        key: of the trial.

    Returns:
        (the folder, file descriptors that hold the lock): a process that inherits them holds it
        as well.
    """
    remove_left()
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{key}-", ignore_cleanup_errors=True) as name:
        folder, held = Path(name).resolve(), ()
        with contextlib.suppress(ImportError):  # Windows
            import fcntl

            held = (os.open(folder / f"{_HELD}-soon", os.O_RDWR | os.O_CREAT),)
            fcntl.flock(held[0], fcntl.LOCK_EX)
            os.rename(folder / f"{_HELD}-soon", folder / _HELD)  # nobody sees it without its lock
        try:
            yield folder, held
        finally:
            for each in held:
                os.close(each)


def remove_left():
    """Remove folders of trials whose processes have all ended."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Another user's, one that is in use, or one that has just been made or removed.
        with contextlib.suppress(OSError), open(folder / _HELD, "rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
