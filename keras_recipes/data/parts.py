"""The training, validation and test part of data that may come with some of them."""

import hashlib

import numpy as np

from keras_recipes.data.division import (
    Division,
    divide,
    hold_out,
    hold_out_test_fold,
    limit_training,
)
from keras_recipes.errors import RecipeError, some_of

DEFAULT_TEST_FRACTION = 0.2
TEST_SEED = 0
"""One test set for every run, whatever the seed of its division."""


def divide_parts(
    labels,
    split,
    *,
    class_names,
    division: Division,
    test_fraction: float | None = None,
    readable=None,
    groups=None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows to train, validate and test on: the parts there are; a missing one is held out.

    Args:
        labels: int class ids, shape `(n,)`.
        split: `"train"`, `"validation"` or `"test"` for each, `(n,)`.
        class_names: what errors call the classes.
        division: how validation rows are held out, and how many are trained on.
        test_fraction: share of the training rows to test on where there is no test part; None: a
            fifth.
        readable: whether each can be used, bool `(n,)`; None if all can.
        groups: what must not be divided, `(n,)`, or None.

    Raises:
        RecipeError: if a class has nothing to train on, or a share is asked for that a part of its
            own makes meaningless.
    """
    labels, split = np.asarray(labels), np.asarray(split)
    readable = np.ones(len(labels), bool) if readable is None else readable
    rows = {name: np.flatnonzero(split == name) for name in ("train", "validation", "test")}
    parts = {name: some[readable[some]] for name, some in rows.items()}
    for name in parts:
        if len(rows[name]) and not len(parts[name]):
            raise RecipeError("data.path", f"has no readable {name} image", "Add some.")
    pool = parts["train"]
    _require_all_classes(labels[pool], class_names)

    def about(some):
        of_groups = None if groups is None else groups[some]
        return {"groups": of_groups, "class_names": class_names}

    if len(rows["test"]):
        _refuse(test_fraction is not None, "data.test_fraction", "test")
    else:
        fraction = test_fraction or DEFAULT_TEST_FRACTION
        rest, held_out = hold_out(
            labels[pool], fraction, seed=TEST_SEED, place="data.test_fraction", **about(pool)
        )
        pool, parts["test"] = np.sort(pool[rest]), np.sort(pool[held_out])
    if division.test_fold is not None:
        rest, held_out = hold_out_test_fold(labels[pool], division, **about(pool))
        pool, parts["test"] = pool[rest], pool[held_out]
    if len(rows["validation"]):
        _refuse(division.validation_fraction is not None, "data.validation_fraction", "validation")
        _refuse(division.fold is not None, "data.fold", "validation")
        train = limit_training(labels, pool, division, class_names)
        return train, parts["validation"], parts["test"]
    train, held_out = divide(labels[pool], division, **about(pool))
    return pool[train], pool[held_out], parts["test"]


def _require_all_classes(labels, class_names):
    missing = sorted(set(range(len(class_names))) - set(labels.tolist()))
    if missing:
        names = some_of(repr(class_names[each]) for each in missing)
        raise RecipeError(
            "data.path", f"has no readable training image of the class {names}",
            "Add some, or leave the class out.",
        )  # fmt: skip


def _refuse(is_set, field, part):
    if is_set:
        raise RecipeError(
            field, f"takes no effect: the data has a {part} part of its own",
            f"Leave it out, or move the {part} images to those for training.",
        )  # fmt: skip


def fingerprint_with_parts(fingerprint: str, split, groups) -> str:
    """SHA-256 of images and labels, by their own, with the part and the group of each.

    A list of groups that has changed divides the same images in another way.
    """
    about = "\0".join([fingerprint, *map(str, split), *map(str, () if groups is None else groups)])
    return hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()
