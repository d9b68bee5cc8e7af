"""Memory that a process takes from the others on the machine."""

from pathlib import Path

from keras_recipes.errors import RecipeError

_LINUX = Path("/proc/self/status")


def require_measurable():
    """Raise `RecipeError` where the memory of another process can't be told."""
    if not _LINUX.is_file() and _psutil() is None:
        raise RecipeError(
            "psutil", "is needed to watch the memory of a process on this system",
            "Install it: pip install psutil.",
        )  # fmt: skip


def own_memory(process: int) -> int:
    """Bytes that only this process can give back; 0 once it has ended.

    On Linux RssAnon and RssShmem of `/proc/PID/status`: what it has allocated and touched, without
    the pages of files, such as libraries and memory-mapped images, which the system drops when it
    needs their room. Elsewhere psutil's unique set size.
    """
    if not _LINUX.is_file():
        return _unique_set_size(process)
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    kibibytes = {each.split(":")[0]: each.split()[1] for each in lines if each.startswith("Rss")}
    return 1024 * (int(kibibytes.get("RssAnon", 0)) + int(kibibytes.get("RssShmem", 0)))


def _unique_set_size(process):
    psutil = _psutil()
    try:
        return psutil.Process(process).memory_full_info().uss
    except psutil.Error:  # it has ended
        return 0


def _psutil():
    try:
        import psutil
    except ImportError:
        return None
    return psutil
