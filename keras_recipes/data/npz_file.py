"""Arrays of a `.npz` file, a piece at a time: NumPy itself reads each as a whole."""

import os
import zipfile
from pathlib import Path

import numpy as np

from keras_recipes.errors import RecipeError, did_you_mean

_PIECE_BYTES = 16 << 20


class NpzFile:
    """The arrays in a `.npz` file by their names; nothing in it is unpickled.

    Args:
        path: the file, as `numpy.savez` or `numpy.savez_compressed` writes it.

    Raises:
        RecipeError: if it is no such file.
    """

    def __init__(self, path: Path):
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise RecipeError(
                f"data.path {path}", f"is no .npz file: {error}",
                "Write one with numpy.savez(path, images=images, labels=labels).",
            ) from None  # fmt: skip
        names = self._zip.namelist()
        self.names = [each.removesuffix(".npy") for each in names if each.endswith(".npy")]

    def __contains__(self, name):
        return name in self.names

    def about(self, name: str) -> tuple[tuple[int, ...], np.dtype]:
        """(shape, type) of an array, without reading it.

        Raises:
            RecipeError: if there is none of that name, or it holds Python objects.
        """
        with self._open(name) as stream:
            return self._header(name, stream)[:2]

    def pieces(self, name: str):
        """The array in pieces of some 16 MiB along its first axis."""
        with self._open(name) as stream:
            shape, kind, is_fortran = self._header(name, stream)
            row = int(np.prod(shape[1:])) * kind.itemsize
            at_once = max(1, _PIECE_BYTES // max(1, row))
            if is_fortran:  # stored column by column: no piece of it is a row
                whole = np.frombuffer(self._read(name, stream, row * shape[0]), kind)
                whole = whole.reshape(shape[::-1]).transpose()
            for start in range(0, shape[0], at_once):
                count = min(at_once, shape[0] - start)
                if is_fortran:
                    yield whole[start : start + count]
                else:
                    piece = np.frombuffer(self._read(name, stream, row * count), kind)
                    yield piece.reshape(count, *shape[1:])

    def read(self, name: str) -> np.ndarray:
        """The whole array."""
        shape, kind = self.about(name)
        return np.concatenate([np.empty((0, *shape[1:]), kind), *self.pieces(name)])

    def _open(self, name):
        if name not in self.names:
            raise RecipeError(
                f"data.path {self.path}", f"holds no array {name!r}", did_you_mean(name, self.names)
            )
        return self._zip.open(f"{name}.npy")

    def _header(self, name, stream):
        try:
            version = np.lib.format.read_magic(stream)
            read = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            shape, is_fortran, kind = read(stream)
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise self._damaged(name, error) from None
        if kind.hasobject:
            raise RecipeError(
                f"data.path {self.path}",
                f"holds Python objects in {name!r}, which are never unpickled",
                "Store numbers as numbers, and text with dtype=str.",
            )
        if not shape:
            raise RecipeError(
                f"data.path {self.path}", f"holds a single value in {name!r}, not an array",
                "Store an item for each image.",
            )  # fmt: skip
        return shape, kind, is_fortran

    def _read(self, name, stream, size):
        try:
            data = stream.read(size)
        except (OSError, EOFError, zipfile.BadZipFile, zipfile.zlib.error) as error:
            raise self._damaged(name, error) from None
        if len(data) < size:
            raise self._damaged(name, "it ends early")
        return data

    def _damaged(self, name, error):
        return RecipeError(
            f"data.path {self.path}", f"is damaged in {name!r}: {error}", "Write it anew."
        )

    def state(self) -> str:
        """Says which file it is, as it is on the disk now."""
        about = os.stat(self.path)
        return f"{self.path} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}"
