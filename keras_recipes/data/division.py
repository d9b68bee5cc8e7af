"""Which examples are trained on and which are held out: stratified, seeded, the same everywhere."""

from dataclasses import dataclass

import numpy as np

from keras_recipes.errors import RecipeError

DEFAULT_VALIDATION_FRACTION = 0.1


@dataclass(frozen=True, kw_only=True)
class Division:
    """How to divide; the fields are those of `keras_recipes.TFDS`."""

    validation_fraction: float | None = None
    fold: tuple[int, int] | None = None
    train_examples: int | None = None
    train_fraction: float | None = None
    seed: int = 0


def divide(labels, division: Division) -> tuple[np.ndarray, np.ndarray]:
    """(training, validation) positions in `labels`, each in rising order.

    What is held out does not depend on how many training examples are asked for, and a smaller
    training set lies within a larger one, so that learning curves compare like with like.

    Args:
        labels: int class ids, shape `(examples,)`.

    Raises:
        RecipeError: if a class is too small to be divided so, or too many examples are asked for.
    """
    labels = np.asarray(labels)
    pool, validation = _hold_out(labels, division)
    wanted = _training_size(division, len(pool), len(np.unique(labels)))
    if wanted < len(pool):
        pool = pool[_stratified_order(labels[pool], division.seed)[:wanted]]
    return np.sort(pool), np.sort(validation)


def _hold_out(labels, division):
    from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit

    everything = np.arange(len(labels))
    if division.fold is not None:
        index, folds = division.fold
        splitter = StratifiedKFold(folds, shuffle=True, random_state=division.seed)
        place, smallest = "data.fold", folds
    else:
        index = 0
        fraction = division.validation_fraction or DEFAULT_VALIDATION_FRACTION
        splitter = StratifiedShuffleSplit(1, test_size=fraction, random_state=division.seed)
        place, smallest = "data.validation_fraction", 2
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < smallest:
        raise RecipeError(
            place,
            f"needs at least {smallest} images of each class; class {classes[counts.argmin()]} "
            f"has {counts.min()}",
            "Use fewer folds, or more images of it.",
        )
    try:
        return list(splitter.split(everything, labels))[index]
    except ValueError as error:  # too few examples for one of each class
        raise RecipeError(place, f"can't be had: {error}", "Hold out another share.") from None


def _training_size(division, available, num_classes):
    wanted = available
    if division.train_fraction is not None:
        wanted = round(division.train_fraction * available)
    if division.train_examples is not None:
        wanted = division.train_examples
    place = "data.train_examples" if division.train_examples is not None else "data.train_fraction"
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


def _stratified_order(labels, seed):
    """Positions in an order whose every beginning holds the classes in proportion."""
    generator = np.random.default_rng(seed)
    share = np.empty(len(labels))
    for each in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == each))
        share[members] = (np.arange(len(members)) + 0.5) / len(members)
    return np.lexsort((generator.random(len(labels)), share))
