"""Where decoded images are kept: in memory, or in a memory-mapped file where they don't fit."""

import contextlib
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from keras_recipes.data.dataset import fingerprint_of
from keras_recipes.errors import RecipeError

MEMORY_SHARE = 0.5
"""Images that take more than this share of the free memory go to the disk."""


def keep(batches: Iterable, shape, *, key: str, store: str = "auto"):
    """Gather batches of decoded images, in memory or in a cache file that later runs find again.

    Args:
        batches: called for nothing where the cache holds them; yields `(images, labels)`, uint8
            `(n, height, width, channels)` and integer `(n,)`.
        shape: of all the images, `(examples, height, width, channels)`.
        key: says what the images are; a cache file belongs to one key.
        store: `"memory"`, `"disk"`, or `"auto"` for memory where they fit.

    Returns:
        (images uint8 of `shape`, labels int64 `(examples,)`, fingerprint).

    Raises:
        RecipeError: if the cache can't be written.
    """
    if store == "auto":
        store = "memory" if int(np.prod(shape)) <= MEMORY_SHARE * free_memory() else "disk"
    if store == "memory":
        images, labels = np.empty(shape, np.uint8), np.empty(shape[0], np.int64)
        _fill(images, labels, batches)
        return images, labels, fingerprint_of(images, labels)
    return _keep_on_disk(batches, shape, key)


def _keep_on_disk(batches, shape, key):
    folder = cache_directory() / hashlib.sha256(f"{key} {shape}".encode()).hexdigest()[:32]
    if not (folder / "about.json").is_file():
        partial = folder.with_name(f"{folder.name}.partial-{uuid.uuid4().hex}")
        try:
            partial.mkdir(parents=True)
            images = np.lib.format.open_memmap(
                partial / "images.npy", mode="w+", dtype=np.uint8, shape=tuple(shape)
            )
            _claim_room(partial / "images.npy")
            labels = np.empty(shape[0], np.int64)
            _fill(images, labels, batches)
            images.flush()
            np.save(partial / "labels.npy", labels)
            about = {"key": key, "fingerprint": fingerprint_of(images, labels)}
            (partial / "about.json").write_text(json.dumps(about))
            if not folder.exists():
                partial.rename(folder)
        except OSError as error:
            if (folder / "about.json").is_file():  # another process was faster
                return _read_cache(folder)
            raise RecipeError(
                "data.store", f"can't write the cache {folder}: {error}",
                "Make room, or name another place with KERAS_RECIPES_CACHE.",
            ) from None  # fmt: skip
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return _read_cache(folder)


def _claim_room(path):
    """Claim a sparse file's room on the disk: to run out of it in a memory map ends the process.

    Raises:
        OSError: if there is not enough.
    """
    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def _read_cache(folder):
    images = np.load(folder / "images.npy", mmap_mode="r")
    labels = np.load(folder / "labels.npy")
    return images, labels, json.loads((folder / "about.json").read_text())["fingerprint"]


def _fill(images, labels, batches):
    done = 0
    for some_images, some_labels in batches:
        images[done : done + len(some_labels)] = some_images
        labels[done : done + len(some_labels)] = some_labels
        done += len(some_labels)
    if done != len(labels):
        raise RecipeError(
            "data", f"ended after {done} of {len(labels)} images",
            "The prepared data set is damaged: delete it, and it will be prepared again.",
        )  # fmt: skip


def cache_directory() -> Path:
    """`KERAS_RECIPES_CACHE`, or `keras_recipes` in the user's cache folder."""
    named = os.environ.get("KERAS_RECIPES_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(home) / "keras_recipes"


def free_memory() -> int:
    """Bytes that are free here, within the limit of a container where there is one."""
    try:
        free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError):  # not told on this system
        free = 8 << 30
    try:
        meminfo = Path("/proc/meminfo").read_text()
        free = int(meminfo.split("MemAvailable:")[1].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        pass
    for limit, used in _limits():
        with contextlib.suppress(OSError, ValueError):  # no such group, or its limit is "max"
            free = min(free, int(limit.read_text()) - int(used.read_text()))
    return max(free, 0)


def _limits(groups="/proc/self/cgroup", root="/sys/fs/cgroup"):
    """(file of the limit, file of what is used) of the control groups that the process is in."""
    root = Path(root)
    try:
        lines = Path(groups).read_text().splitlines()
    except OSError:
        return
    for line in lines:
        number, controllers, name = line.split(":", 2)
        if number != "0" and "memory" not in controllers.split(","):
            continue
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        names = ("memory.max", "memory.current") if number == "0" else names
        top = root if number == "0" else root / "memory"
        # Within a container the group's own folder is the top, whatever it is called outside.
        for folder in {top, top / name.lstrip("/")}:
            yield folder / names[0], folder / names[1]
