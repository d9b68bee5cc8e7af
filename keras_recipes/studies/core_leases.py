"""Cores that processes of one machine take so that no two share one, without knowing each other."""

import contextlib
import os
import tempfile
from pathlib import Path

from keras_recipes.errors import RecipeError


def own_cores() -> list[int]:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


@contextlib.contextmanager
def leased_cores(count: int):
    """Give as many cores, held by no other lease of this user while there are such.

    A lease is a lock on a file, so it ends with its process in whatever way that ends. Where more
    are asked for than the machine has, cores are shared: the number of them decides the bits of a
    trial, which cores they are does not.

    Args:
        count: how many, at least 1.

    Raises:
        RecipeError: if this process may run on fewer.
    """
    cores = own_cores()
    if count > len(cores):
        raise RecipeError(
            "--cpus-per-trial", f"is {count}, but a process may run on {len(cores)} cores there",
            "Give a trial fewer, or say by `ray start --num-cpus` how many the node has.",
        )  # fmt: skip
    with contextlib.ExitStack() as held:
        free = []
        for core in cores:
            if len(free) < count and _lock(core, held):
                free.append(core)
        taken = [core for core in cores if core not in free]
        yield tuple(sorted(free + taken[: count - len(free)]))


def _lock(core, held):
    try:
        import fcntl
    except ImportError:  # Windows, where no process is bound to cores either
        return True
    folder = Path(tempfile.gettempdir()) / f"keras-recipes-cores-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = os.open(folder / str(core), os.O_RDWR | os.O_CREAT, 0o600)
    held.callback(os.close, file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
