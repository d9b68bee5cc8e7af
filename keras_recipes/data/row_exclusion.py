"""Leaving out images that are no files of their own, by the split and the row that they are in."""

import hashlib
from pathlib import Path

import numpy as np

from keras_recipes.data.dataset import Examples
from keras_recipes.data.exclusion import read_list
from keras_recipes.errors import RecipeError, did_you_mean, some_of


def excluded_rows(exclude, counts: dict[str, int]) -> dict[str, np.ndarray]:
    """The rows of each split that `exclude` names.

    Args:
        exclude: `"split:row"`, rows counted from 0: `("train:17", "test:3")`; or the path of a .csv
            (column `file`) or .txt file (one a line) that lists them.
        counts: rows of each split that there is.

    Returns:
        split to its rows, int64, rising, each once.

    Raises:
        RecipeError: if a name is of another form, or there is no such split or row.
    """
    names = read_list(Path(exclude)) if isinstance(exclude, str | Path) else exclude
    found = {split: set() for split in counts}
    strange = [each for each in names if not each.rpartition(":")[2].isdecimal()]
    if strange:
        raise RecipeError(
            "data.exclude", f"must name images by split and row; got {some_of(map(repr, strange))}",
            "Write, for example, train:17; rows are counted from 0.",
        )  # fmt: skip
    for name in names:
        split, _, row = name.rpartition(":")
        if split not in counts:
            raise RecipeError(
                "data.exclude", f"names {name!r}, of a split that is not used",
                did_you_mean(split, counts),
            )  # fmt: skip
        if int(row) >= counts[split]:
            raise RecipeError(
                "data.exclude", f"names {name!r}, and {split} has {counts[split]} images",
                "Make the list anew, by keras-recipes audit.",
            )  # fmt: skip
        found[split].add(int(row))
    return {split: np.array(sorted(rows), np.int64) for split, rows in found.items()}


def without_rows(examples: Examples, rows) -> Examples:
    """The examples but for those in some rows of their `images`."""
    return examples.subset(np.flatnonzero(~np.isin(examples.indices, rows)))


def fingerprint_with_excluded(fingerprint: str, excluded: dict[str, np.ndarray]) -> str:
    """SHA-256 of images and labels, by their own, and of the rows that are left out of them."""
    names = [f"{split}:{row}" for split, rows in sorted(excluded.items()) for row in rows]
    if not names:
        return fingerprint
    return hashlib.sha256("\0".join([fingerprint, *names]).encode()).hexdigest()
