"""One process at a time trains in a directory."""

import contextlib
from pathlib import Path

from keras_recipes.errors import RecipeError


@contextlib.contextmanager
def only_process(directory: Path, lock: Path):
    """Keep other processes off within; the lock ends with this process, however it ends.

    Args:
        directory: for the message.
        lock: file by which; its folder is made if it is missing.

    Raises:
        RecipeError: if another one trains there.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w") as file:
        with contextlib.suppress(ImportError):  # not on Windows
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RecipeError(
                    str(directory), "is in use: another process trains there",
                    "Wait until it ends, or end it.",
                ) from None  # fmt: skip
        yield
