"""A CSV file that says which image files there are, and their classes."""

import os
import posixpath
from pathlib import Path

from keras_recipes.data.csv_table import read_table
from keras_recipes.data.labelled_files import SPLITS, LabelledFile
from keras_recipes.errors import RecipeError, did_you_mean, some_of


def read_manifest(path: Path, root: Path) -> list[LabelledFile]:
    """The files that a manifest lists, in the order of their names.

    Args:
        path: CSV with the columns `file` (relative to `root`, or absolute) and `label`, and where
            wanted `split` (train, validation or test) and `group`.
        root: the data set's folder.

    Raises:
        RecipeError: if the manifest can't be read, lists no file, or lists one twice.
    """
    root = os.path.abspath(root)
    rows = read_table(path, "data.manifest", ("file", "label"), ("split", "group"))
    if not rows:
        raise RecipeError(f"data.manifest {path}", "lists no files", "Give each image a line.")
    files = {}
    twice = []
    for row in rows:
        name = row["file"].replace("\\", "/") if os.sep == "\\" else row["file"]
        file = LabelledFile(
            name=posixpath.normpath(name),
            path=os.path.normpath(os.path.join(root, name)),
            label=row["label"],
            split=_split(row, path),
            group=row.get("group"),
        )
        if file.path in files:
            twice.append(file.name)
        files[file.path] = file
    if twice:
        raise RecipeError(
            f"data.manifest {path}", f"lists twice: {some_of(twice)}", "List each file once."
        )
    without = [each.name for each in files.values() if each.group == ""]
    if without:
        raise RecipeError(
            f"data.manifest {path}", f"has no group for {some_of(without)}",
            "Give every file a group, or take the column out.",
        )  # fmt: skip
    return sorted(files.values(), key=lambda each: each.name)


def _split(row, path):
    split = row.get("split", "train").lower()
    if split not in SPLITS:
        raise RecipeError(
            f"data.manifest {path}", f"has the split {row['split']!r} for {row['file']}",
            did_you_mean(split, ("train", "validation", "test")),
        )  # fmt: skip
    return SPLITS[split]
