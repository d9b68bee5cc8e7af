"""Inputs and labels by themselves: what no network could learn from."""

import math

import numpy as np

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.subject import Subject, ids_of

_FEWEST_TO_RELATE = 200
_NEIGHBOURS = 5
_SIDE = 16
"""Images are compared at about this size."""


def check_data(subject: Subject):
    """Findings about the examples and their labels."""
    yield from _values(subject)
    yield from _forms(subject)
    yield from _order(subject)
    images, ids = subject.originals or (subject.x, subject.class_ids)
    if np.issubdtype(ids.dtype, np.number) and np.isfinite(images).all():
        yield from _repeats(images, ids)
        yield from _relation(images, ids)


def _values(subject):
    wrong = ~np.isfinite(subject.x.reshape(len(subject.x), -1)).all(axis=1)
    if wrong.any():
        yield Finding(
            check="inputs-not-finite", where="inputs",
            problem=f"hold NaN or infinity in {wrong.sum()} of {len(wrong)} examples",
            fix="Look at how they are read or normalised: a division by 0, a missing value.",
        )  # fmt: skip


def _forms(subject):
    classes = subject.classes
    if subject.has_ids:
        labels = subject.all_labels if subject.all_labels is not None else subject.y
        ids = ids_of(labels)
        low, high = float(ids.min()), float(ids.max())
        if low < 0 or high >= classes or (ids != np.round(ids)).any():
            yield Finding(
                check="labels-out-of-range", where="labels",
                problem=f"go from {low:g} to {high:g}; {classes} outputs tell classes 0 to "
                f"{classes - 1} apart",
                fix="Number the classes from 0, or give the last layer as many units as classes.",
            )  # fmt: skip
            return
    elif subject.y.ndim == 2:
        sums = subject.y.sum(axis=1)
        if (subject.y < 0).any() or not np.allclose(sums, 1, atol=1e-2):
            yield Finding(
                check="rows-not-shares", where="labels",
                problem="are rows of class shares that must be at least 0 and sum to 1; sums go "
                f"from {sums.min():.3g} to {sums.max():.3g}",
                fix="Make them one-hot; divide mixed ones by their sum.",
            )  # fmt: skip
            return
        labels, ids = subject.all_labels, ids_of(subject.all_labels if subject.all_labels is not
                                                 None else subject.y)  # fmt: skip
    if subject.all_labels is not None and len(subject.all_labels) >= 20 * classes:
        missing = sorted(set(range(classes)) - set(np.unique(ids).astype(int)))
        if missing:
            yield Finding(
                check="classes-missing", where="labels",
                problem=f"hold no example of class {', '.join(map(str, missing[:5]))} of the "
                f"{classes} that the outputs tell apart",
                fix="Number the classes from 0 without a gap, with as many outputs as there are.",
            )  # fmt: skip


def _order(subject):
    ids = subject.class_ids
    if not subject.in_order or len(ids) < 32:
        return
    one, rising = len(np.unique(ids)) == 1, (np.diff(ids) >= 0).all()
    if one or rising:
        yield Finding(
            check="not-shuffled", where="data",
            problem=f"comes sorted by class: the first {len(ids)} examples are "
            + (f"all of class {ids[0]:g}" if one else "in the order of their classes"),
            fix="Shuffle before batching, with a buffer as large as the data set.",
        )  # fmt: skip


def _repeats(images, ids):
    rows = np.ascontiguousarray(images.reshape(len(images), -1))
    seen, disagreeing = {}, 0
    for row, label in zip(rows, ids, strict=True):
        label = float(label)
        disagreeing += seen.setdefault(row.tobytes(), label) != label
    if len(seen) == 1 and len(rows) > 1:
        yield Finding(
            check="inputs-all-the-same", where="inputs",
            problem=f"are the same for all {len(rows)} examples",
            fix="Look at how they are read: one file read again and again, all zeros.",
        )  # fmt: skip
    elif disagreeing:
        yield Finding(
            check="labels-disagree", where="labels",
            problem=f"differ for the same input in {disagreeing} of {len(rows)} examples",
            fix="Look at the pairs: a wrong label, or inputs and labels out of step.",
        )  # fmt: skip


def _relation(images, ids):
    """Whether near images have like labels more often than chance would have it."""
    if len(images) < _FEWEST_TO_RELATE or len(np.unique(ids)) < 2:
        return
    from sklearn.neighbors import NearestNeighbors

    features = _small(images.astype(np.float32)).reshape(len(images), -1)
    deviation = features.std(axis=0)
    if not (deviation > 0).any():
        return
    features = (features - features.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    near = NearestNeighbors(n_neighbors=_NEIGHBOURS + 1).fit(features)
    neighbours = near.kneighbors(features, return_distance=False)[:, 1:]
    names, codes = np.unique(ids, return_inverse=True)
    shares = np.bincount(codes, minlength=len(names)) / len(codes)
    agreeing = (codes[neighbours] == codes[:, None]).mean(axis=1)
    expected = float(np.square(shares).sum())
    seen = float(agreeing.mean())
    error = math.sqrt(agreeing.var() / len(agreeing))
    if seen - expected < 2 * error:
        yield Finding(
            check="labels-unrelated", where="labels",
            problem=f"have nothing to do with the inputs, as far as nearest neighbours tell: of "
            f"{len(ids)} examples each one's {_NEIGHBOURS} nearest share its label "
            f"{seen:.3f} of the time, {expected:.3f} by chance",
            fix="Look at some inputs with their labels: were they shuffled apart, or sorted "
            "differently?",
        )  # fmt: skip


def _small(images):
    """Images averaged over squares to about `_SIDE` pixels a side; other inputs as they are."""
    if images.ndim != 4:
        return images
    height, width = (max(1, side // _SIDE) for side in images.shape[1:3])
    rows, columns = images.shape[1] // height, images.shape[2] // width
    cut = images[:, : rows * height, : columns * width]
    shape = (len(images), rows, height, columns, width, images.shape[3])
    return cut.reshape(shape).mean(axis=(2, 4))
