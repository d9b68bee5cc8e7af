"""The published weights' files: found where they lie, or told where to put them."""

import contextlib
import os
import sys
import threading
from pathlib import Path

import keras

from keras_recipes.errors import RecipeError
from keras_recipes.network import is_reachable

_lock = threading.Lock()
_library = sys.modules[keras.applications.MobileNet.__module__].file_utils
"""The module through which every network of the library asks for its file."""


@contextlib.contextmanager
def findable_weights():
    """Within it, weights that `keras.applications` can't find or fetch are an error that says so.

    By itself the library waits minutes for a network that is not there, and puts its files in a
    temporary folder where its own can't be written.

    Raises:
        RecipeError: from within, with the file's name, its address, and the folder it belongs in.
    """
    with _lock:
        fetch = _library.get_file

        def find(fname=None, origin=None, **options):
            folder = Path(_library.config.keras_home(), options.get("cache_subdir", "datasets"))
            return _find(fetch, folder, fname, origin, options)

        _library.get_file = find
        try:
            yield
        finally:
            _library.get_file = fetch


def _find(fetch, folder, name, origin, options):
    file = folder / name
    if file.is_file() and not _is_writable(folder):
        return str(file)
    by_hand = f"Put {name} from {origin} into {folder}, or name a file that you have: weights=."
    if not _is_writable(folder):
        raise RecipeError(
            "model.weights", f"can't be kept: {folder} can't be written",
            "Set KERAS_HOME to a folder that can, or name a file that you have: weights=.",
        )  # fmt: skip
    if not file.is_file() and not is_reachable(url=origin):
        raise RecipeError(
            "model.weights", f"are not on this machine, and {origin} can't be reached", by_hand
        )
    try:
        return fetch(name, origin, **options)
    except Exception as error:  # the library raises plain Exceptions
        raise RecipeError("model.weights", f"can't be fetched: {error}", by_hand) from None


def _is_writable(folder: Path) -> bool:
    """Whether files can be made in the folder, or it itself where there is none yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
