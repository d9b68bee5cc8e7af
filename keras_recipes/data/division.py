"""Which examples are trained on and which are held out: stratified, seeded, the same everywhere."""

from dataclasses import dataclass

import numpy as np

from keras_recipes.data.group_division import check_groups, hold_out_groups
from keras_recipes.errors import RecipeError, some_of

DEFAULT_VALIDATION_FRACTION = 0.1


@dataclass(frozen=True, kw_only=True)
class Division:
    """How to divide; the fields are those of `keras_recipes.TFDS`."""

    validation_fraction: float | None = None
    fold: tuple[int, int] | None = None
    test_fold: tuple[int, int] | None = None
    train_examples: int | None = None
    train_fraction: float | None = None
    seed: int = 0


def divide(
    labels, division: Division, *, groups=None, class_names=None
) -> tuple[np.ndarray, np.ndarray]:
    """(training, validation) positions in `labels`, each in rising order.

    What is held out does not depend on how many training examples are asked for, and a smaller
    training set lies within a larger one, so that learning curves compare like with like.

    Args:
        labels: int class ids, shape `(examples,)`.
        groups: what each example belongs to, shape `(examples,)`, where a group must not be
            divided: the photographs of one person, say. The share held out is then as near to the
            one asked for as whole groups allow.
        class_names: what errors call the classes; their ids by default.

    Raises:
        RecipeError: if a class is too small to be divided so, or too many examples are asked for.
    """
    if division.fold is not None:
        train, validation = _hold_out_fold(
            labels, division.fold, division.seed, groups, class_names, "data.fold"
        )
    else:
        train, validation = hold_out(
            labels,
            division.validation_fraction or DEFAULT_VALIDATION_FRACTION,
            seed=division.seed,
            groups=groups,
            class_names=class_names,
        )
    return limit_training(labels, train, division, class_names), np.sort(validation)


def hold_out_test_fold(
    labels, division: Division, *, groups=None, class_names=None
) -> tuple[np.ndarray, np.ndarray]:
    """(rest, test) positions in `labels`, each in rising order: `test_fold` of `division` held out.

    Of the folds of one seed each example is in one. The arguments are those of `divide`.

    Raises:
        RecipeError: if a class, or its groups, are too few to be divided so.
    """
    return _hold_out_fold(
        labels, division.test_fold, division.seed, groups, class_names, "data.test_fold"
    )


def hold_out(
    labels, fraction, *, seed, groups=None, class_names=None, place="data.validation_fraction"
) -> tuple[np.ndarray, np.ndarray]:
    """(rest, held out) positions in `labels`, a stratified share in no order.

    Args:
        fraction: share to hold out, within (0, 1).
        seed: of the choice.
        place: the field that an error names.

    The others are those of `divide`.
    """
    from sklearn.model_selection import StratifiedShuffleSplit

    labels = np.asarray(labels)
    if groups is not None:
        check_groups(labels, groups, 2, place, class_names)
        return hold_out_groups(labels, groups, fraction, seed=seed, place=place)
    _check_classes(labels, 2, place, class_names)
    splitter = StratifiedShuffleSplit(1, test_size=fraction, random_state=seed)
    try:
        rest, held_out = next(splitter.split(labels, labels))
    except ValueError:
        raise RecipeError(
            place, f"is {fraction:g}, and of {len(labels)} images that does not hold out and leave "
            f"one of each of {len(np.unique(labels))} classes",
            "Hold out another share, or add images.",
        ) from None  # fmt: skip
    _check_none_lost(labels, rest, place, class_names, "Hold out a smaller share.")
    return rest, held_out


def _hold_out_fold(labels, fold, seed, groups, class_names, place):
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    labels = np.asarray(labels)
    index, folds = fold
    if groups is None:
        _check_classes(labels, folds, place, class_names)
        splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    else:
        check_groups(labels, groups, folds, place, class_names)
        splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    train, held_out = list(splitter.split(labels, labels, groups))[index]
    # scikit-learn may put all groups of a small class into one fold.
    fix = "Use another data.split_seed, or other folds."
    _check_none_lost(labels, train, place, class_names, fix)
    return train, held_out


def _check_classes(labels, smallest, place, class_names):
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < smallest:
        fewest = classes[counts.argmin()]
        raise RecipeError(
            place,
            f"needs at least {smallest} images of each class; class "
            f"{fewest if class_names is None else repr(class_names[fewest])} has {counts.min()}",
            "Use fewer folds, or more images of it.",
        )


def _check_none_lost(labels, kept, place, class_names, fix):
    lost = sorted(set(np.unique(labels).tolist()) - set(labels[kept].tolist()))
    if lost:
        names = some_of(lost if class_names is None else [repr(class_names[n]) for n in lost])
        raise RecipeError(place, f"leaves no training image of class {names}", fix)


def limit_training(labels, pool, division: Division, class_names=None) -> np.ndarray:
    """As many of the positions `pool` as `division` asks to train on, stratified and nested.

    Raises:
        RecipeError: if it asks for more than there are, or for so few that a class has none.
    """
    labels, pool = np.asarray(labels), np.asarray(pool)
    wanted = _training_size(division, len(pool), len(np.unique(labels[pool])))
    if wanted < len(pool):
        limited = pool[_stratified_order(labels[pool], division.seed)[:wanted]]
        place = _limiting_field(division)
        _check_none_lost(labels[pool], np.isin(pool, limited), place, class_names, "Ask for more.")
        pool = limited
    return np.sort(pool)


def _training_size(division, available, num_classes):
    wanted = available
    if division.train_fraction is not None:
        wanted = round(division.train_fraction * available)
    if division.train_examples is not None:
        wanted = division.train_examples
    place = _limiting_field(division)
    if wanted > available:
        raise RecipeError(
            place, f"asks for {wanted} images of {available} that are not held out",
            "Ask for fewer, or leave it out for all.",
        )  # fmt: skip
    if wanted < num_classes:
        raise RecipeError(
            place, f"leaves {wanted} images for {num_classes} classes", "Ask for more."
        )
    return wanted


def _limiting_field(division):
    return "data.train_fraction" if division.train_examples is None else "data.train_examples"


def _stratified_order(labels, seed):
    """Positions in an order whose every beginning holds the classes in proportion."""
    generator = np.random.default_rng(seed)
    share = np.empty(len(labels))
    for each in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == each))
        share[members] = (np.arange(len(members)) + 0.5) / len(members)
    return np.lexsort((generator.random(len(labels)), share))
