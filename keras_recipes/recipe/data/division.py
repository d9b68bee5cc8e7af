"""What the data parts have in common: which images are left out, how the others are divided."""

from dataclasses import replace
from pathlib import Path

from keras_recipes.errors import RecipeError


def division(data):
    """What the fields of a data part say, for `keras_recipes.data.divide`."""
    from keras_recipes.data.division import Division

    return Division(
        validation_fraction=data.validation_fraction,
        fold=data.fold,
        test_fold=data.test_fold,
        train_examples=data.train_examples,
        train_fraction=data.train_fraction,
        seed=data.split_seed,
    )


DIVIDED = {"validation_fraction": None, "fold": None, "test_fold": None, "train_examples": None,
           "train_fraction": None, "split_seed": 0, "classes": None, "exclude": ()}  # fmt: skip
"""Fields of a data part that say which of its images are used for what, with their defaults."""


def of_one_source(data, other) -> bool:
    """Whether two data parts use the same images, however they divide them."""
    same = type(data) is type(other)
    return same and replace(data, **DIVIDED) == replace(other, **DIVIDED)


def check_division(data):
    """Raise `RecipeError` where these fields contradict each other."""
    if data.classes is not None and not 2 <= len(set(data.classes)) == len(data.classes):
        raise RecipeError(
            "data.classes", f"must name two classes or more, each once; got {data.classes}",
            "Set it to None for all.",
        )  # fmt: skip
    for name in ("fold", "test_fold"):
        _check_fold(name, getattr(data, name))
    if data.fold is not None and data.validation_fraction is not None:
        raise RecipeError(
            "data.fold", "and data.validation_fraction both say what is held out",
            "Set one of them to None.",
        )  # fmt: skip
    if data.train_examples is not None and data.train_fraction is not None:
        raise RecipeError(
            "data.train_examples", "and data.train_fraction both say how much to train on",
            "Set one of them to None.",
        )  # fmt: skip


def _check_fold(name, fold):
    if fold is not None and not fold[0] < fold[1] >= 2:
        raise RecipeError(
            f"data.{name}", f"must be (index, folds) with index < folds; got {fold}",
            "The first of five folds is (0, 5), the last is (4, 5).",
        )  # fmt: skip


def check_exclude(exclude):
    """Raise `RecipeError` where `exclude` is a text that names no list."""
    if isinstance(exclude, str) and not exclude.lower().endswith((".csv", ".txt")):
        raise RecipeError(
            "data.exclude", f"must be a tuple of names, or a .csv or .txt file that lists "
            f"them; got {exclude!r}",
            f"Write a tuple of one, with a comma: ({Path(exclude).name!r},).",
        )  # fmt: skip
