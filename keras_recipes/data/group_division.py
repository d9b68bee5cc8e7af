"""Divisions that keep what belongs together on one side."""

import numpy as np

from keras_recipes.errors import RecipeError

_MOST_TRIES = 20
_MOST_STEPS = 20_000  # of all tries together, a group a step


def hold_out_groups(labels, groups, fraction, *, seed, place) -> tuple[np.ndarray, np.ndarray]:
    """(rest, held out) positions: whole groups, so that of each class about `fraction` is held out.

    Goes through the groups in a random order and holds out each that brings the held-out shares of
    the classes nearer to `fraction` (in squares), as long as something of each class is left; the
    best of up to 20 such orders is taken. scikit-learn stratifies groups in equal folds only.

    Args:
        labels: class ids, shape `(examples,)`; each class in at least two groups.
        groups: group of each example, text or numbers, shape `(examples,)`.
        fraction: share to hold out, within (0, 1).
        seed: of the orders.
        place: the field that an error names.

    Raises:
        RecipeError: if every group is too large to be held out for so small a share.
    """
    members, ids, shares, begins = _shares_of_classes(labels, groups)
    count = len(begins) - 1
    generator = np.random.default_rng(seed)
    best_error, best = np.inf, None
    for _ in range(max(1, min(_MOST_TRIES, _MOST_STEPS // count))):
        held = np.zeros(ids.max() + 1)
        chosen = []
        for group in generator.permutation(count):
            span = slice(begins[group], begins[group + 1])
            before, added = held[ids[span]], shares[span]
            nearer = np.sum(added * (2 * (before - fraction) + added)) < 0
            if nearer and np.all(before + added < 1 - 1e-9):
                held[ids[span]] += added
                chosen.append(group)
        error = np.sum(np.square(held - fraction))
        if chosen and error < best_error:
            best_error, best = error, chosen
    if best is None:
        raise RecipeError(
            place,
            f"is {fraction:g}, for which each of the {count} groups is too large",
            "Hold out a larger share, or use more and smaller groups.",
        )
    held_out = np.isin(members, best)
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def _shares_of_classes(labels, groups):
    """What each group holds, sparsely.

    Returns:
        (group number of each example, class ids and the shares of those classes, listed group by
        group, and where in these lists each group begins).
    """
    _, labels = np.unique(labels, return_inverse=True)
    _, members = np.unique(groups, return_inverse=True)
    classes = labels.max() + 1
    pairs, counts = np.unique(members * classes + labels, return_counts=True)
    ids = pairs % classes
    begins = np.searchsorted(pairs // classes, np.arange(members.max() + 2))
    return members, ids, counts / np.bincount(labels)[ids], begins


def check_groups(labels, groups, smallest, place, class_names=None):
    """Refuse classes that lie in fewer than `smallest` groups.

    Raises:
        RecipeError: naming such a class; `place` is the field that asks for the division.
    """
    classes, labels = np.unique(labels, return_inverse=True)
    _, members = np.unique(groups, return_inverse=True)
    pairs = np.unique(labels * (members.max() + 1) + members)
    counts = np.bincount(pairs // (members.max() + 1))
    if counts.min() < smallest:
        fewest = classes[counts.argmin()]
        raise RecipeError(
            place,
            f"needs each class in at least {smallest} groups; class "
            f"{fewest if class_names is None else repr(class_names[fewest])} is in {counts.min()}",
            "Use fewer folds, or smaller groups.",
        )
