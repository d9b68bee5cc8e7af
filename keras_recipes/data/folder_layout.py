"""Folders of images: a folder a class, by itself or within train, validation and test folders."""

import os
from collections import Counter
from pathlib import Path

from keras_recipes.data.labelled_files import SPLITS, LabelledFile
from keras_recipes.errors import RecipeError, some_of

IMAGE_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".gif",
)  # fmt: skip
"""What an image file's name ends in, in lower case; other files are left alone."""

_NOT_DATA = ("__MACOSX", "@eaDir", "lost+found")
"""Folders that systems put beside one's own."""


def find_files(root: Path) -> list[LabelledFile]:
    """Image files below `root`, in the order of their names.

    Either the folders in `root` are the classes, or they are the parts of a data set (`train`,
    and `val`, `valid` or `validation`, and `test`) with a folder a class in each. Below its class
    folder a file may lie at any depth. Hidden files and folders and other files than images are
    left alone; links are followed.

    Returns:
        The files; those that lie outside of all classes have no label.

    Raises:
        RecipeError: if there are no classes or a class has no images.
    """
    root = Path(os.path.abspath(root))
    if root.is_file():
        raise RecipeError(
            "data.path", f"is {str(root)!r}, which is a file",
            "Name a folder; a CSV goes to manifest=, a .npz file into Arrays(...).",
        )  # fmt: skip
    parts = _parts(root)
    files = []
    for split, folder in parts:
        before = "" if folder == root else f"{folder.name}/"
        loose = _Walk(folder, depth=0)
        files += [_file(before + name, root, None, split) for name in loose.images]
        for label in _folders(folder):
            inside = _Walk(folder / label)
            if not inside.images:
                _refuse_empty(folder / label, inside.others)
            files += [
                _file(f"{before}{label}/{name}", root, label, split) for name in inside.images
            ]
    return sorted(files, key=lambda each: each.name)


def find_images(folder: Path) -> list[str]:
    """Image files at any depth below `folder`, by their names relative to it, sorted.

    Hidden files and folders and other files than images are left alone; links are followed.
    """
    return sorted(_Walk(Path(folder)).images)


def _file(name, root, label, split):
    return LabelledFile(name=name, path=os.path.join(root, name), label=label, split=split)


def _parts(root):
    """(split, its folder) of each part; the root itself as `"train"` where it holds the classes."""
    folders = _folders(root)
    # One without folders in it is a class that happens to be called so, "train" beside "bus".
    parts = [each for each in folders if each.lower() in SPLITS and _folders(root / each)]
    if not parts:
        return [("train", root)]
    others = [each for each in folders if each not in parts]
    if others:
        raise RecipeError(
            f"data.path {root}",
            f"holds {some_of(others)} beside {' and '.join(parts)}",
            "Move what is no part of the data elsewhere, or list the files with manifest=.",
        )
    named = {}
    for each in parts:
        named.setdefault(SPLITS[each.lower()], []).append(each)
    for split, names in named.items():
        if len(names) > 1:
            raise RecipeError(
                f"data.path {root}", f"holds {' and '.join(names)}, two {split} parts",
                "Move one of them elsewhere.",
            )  # fmt: skip
    if "train" not in named:
        raise RecipeError(
            f"data.path {root}", f"holds {' and '.join(parts)}, and no part to train on",
            "Name the folder with the training images train.",
        )  # fmt: skip
    return [(split, root / names[0]) for split, names in named.items()]


def _refuse_empty(folder, others):
    held = f"no images, but {', '.join(f'{n} {s}' for s, n in others)}" if others else "no images"
    raise RecipeError(
        f"data.path {folder}", f"holds {held}",
        f"Put some there, or delete it; files ending in {', '.join(IMAGE_SUFFIXES)} are read.",
    )  # fmt: skip


def _folders(folder) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(each.name for each in entries if each.is_dir() and not _is_hidden(each.name))


def _is_hidden(name) -> bool:
    return name.startswith(".") or name in _NOT_DATA


class _Walk:
    """The images below a folder by their relative names, and how many others by their suffix."""

    def __init__(self, folder: Path, depth: int = 64):
        self.images: list[str] = []
        others = Counter()
        self._walk(str(folder), "", (), depth, others)
        self.others = others.most_common(5)

    def _walk(self, folder, before, above, depth, others):
        real = os.path.realpath(folder)
        if real in above:  # a link back to where it lies
            return
        with os.scandir(folder) as entries:
            for each in entries:
                if _is_hidden(each.name):
                    continue
                if each.is_dir():
                    if depth > 0:
                        inside = f"{before}{each.name}/"
                        self._walk(each.path, inside, (*above, real), depth - 1, others)
                    continue
                suffix = os.path.splitext(each.name)[1].lower()
                # A broken link is an image that can't be read; a pipe or a device is none.
                if suffix in IMAGE_SUFFIXES and (each.is_file() or each.is_symlink()):
                    self.images.append(before + each.name)
                else:
                    others[suffix or "files without suffix"] += 1
