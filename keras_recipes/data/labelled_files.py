"""Files with their labels, and how other lists name them."""

import difflib
import os
import posixpath
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class LabelledFile:
    """An image file that is known by a name of its own within its data set."""

    name: str
    """Its path relative to the data set's folder, with `/` on every system."""
    path: str
    """Its absolute path."""
    label: str | None
    """Its class; None for a file that lies outside of all classes."""
    split: str = "train"
    """`"train"`, `"validation"` or `"test"`."""
    group: str | None = None
    """What must not be divided; None where nothing is grouped."""

    @property
    def base_name(self) -> str:
        """The name of the file alone, without folders."""
        return posixpath.basename(self.name)


SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
"""What the parts of a data set are called, in lower case, and which part it is."""


class FileIndex:
    """Finds files by what a list or a pattern calls them."""

    def __init__(self, files):
        self._by_name = {each.name: each for each in files}
        self._by_path = {each.path: each for each in files}
        self._by_base_name = {}
        for each in files:
            self._by_base_name.setdefault(each.base_name, []).append(each)

    def find(self, name: str, base: Path | None = None) -> list[LabelledFile]:
        """The files of that name; none, or several where it holds no folder.

        Args:
            name: relative to the data set's folder, or to `base`, or absolute, or the name of the
                file alone.
            base: absolute folder of the list that names it.
        """
        name = posixpath.normpath(name.replace("\\", "/")) if os.sep == "\\" else name
        if "/" not in name and name in self._by_base_name:
            return self._by_base_name[name]
        found = self._by_name.get(posixpath.normpath(name))
        if found is None:
            found = self._by_path.get(os.path.normpath(os.path.join(base or "/", name)))
        return [found] if found else []

    def suggest(self, name: str) -> str:
        """`Did you mean 'x'?`, or where to look."""
        known = self._by_name if "/" in name else self._by_base_name
        # Comparing takes some 20 microseconds a name.
        close = difflib.get_close_matches(name, list(known)[:20_000], n=1)
        if close:
            return f"Did you mean {close[0]!r}?"
        example = next(iter(self._by_name), None)
        return f"Files are named like {example!r}." if example else "There are no files."
