"""Inputs and labels by themselves: what no network could learn from."""

import math

import keras
import numpy as np

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.outputs import OF_SIGMOID, OF_SOFTMAX, loss_name
from keras_recipes.diagnosis.subject import Subject, ids_of

_FEWEST_TO_RELATE = 200
_NEIGHBOURS = 5
_SIDE = 16
"""Images are compared at about this size."""
_BY_CHANCE = 1e-4
"""Probability below which an order is no chance."""
_FEWEST_OF_ONE_CLASS = 200
_LOOKED_UP = (
    keras.layers.Embedding, keras.layers.CategoryEncoding, keras.layers.Hashing,
    keras.layers.IntegerLookup, keras.layers.StringLookup, keras.layers.TextVectorization,
)  # fmt: skip


def check_data(subject: Subject):
    """Findings about the examples and their labels."""
    yield from _values(subject)
    yield from _forms(subject)
    yield from _order(subject)
    images, ids = subject.originals or (subject.x, _ids(subject))
    numbers = np.issubdtype(images.dtype, np.number)
    if numbers and not np.isfinite(images).all():
        return
    yield from _repeats(images, ids)
    if numbers and not _looked_up(subject):
        yield from _relation(images, ids)


def _ids(subject):
    """Class of each example; of several labels, a number for each combination."""
    if subject.is_multi_label:
        return np.unique(subject.y, axis=0, return_inverse=True)[1].reshape(-1)
    return subject.class_ids


def _looked_up(subject):
    """Whether inputs are numbers of words or categories, of which near ones have nothing alike."""
    return subject.x.ndim < 4 and any(
        isinstance(each, _LOOKED_UP) for each in subject.model._flatten_layers()
    )


def _values(subject):
    if not np.issubdtype(subject.x.dtype, np.number):
        return
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
        ids, low, high = ids_of(labels), float(labels.min()), float(labels.max())
        shares = loss_name(subject.model) in OF_SIGMOID and subject.outputs.shape[-1] == 1
        whole = shares or (labels == np.round(labels)).all()
        if not (low >= 0 and high <= classes - 1 and whole):
            yield Finding(
                check="labels-out-of-range", where="labels",
                problem=f"go from {low:g} to {high:g}; {classes} outputs tell classes 0 to "
                f"{classes - 1} apart",
                fix="Number the classes from 0, or give the last layer as many units as classes.",
            )  # fmt: skip
            return
    else:
        sums = subject.y.sum(axis=1)
        if _of_shares(subject) and (
            (subject.y < 0).any() or not np.allclose(sums, 1, atol=1e-2)
        ):  # fmt: skip
            yield Finding(
                check="rows-not-shares", where="labels",
                problem="are rows of class shares that must be at least 0 and sum to 1; sums go "
                f"from {sums.min():.3g} to {sums.max():.3g}",
                fix="Make them one-hot; divide mixed ones by their sum.",
            )  # fmt: skip
            return
        ids = None if subject.all_labels is None else _present(subject)
    if subject.all_labels is not None and len(subject.all_labels) >= 20 * classes:
        missing = sorted(set(range(classes)) - set(np.unique(ids)))
        if missing:
            yield Finding(
                check="classes-missing", where="labels",
                problem=f"hold no example of class {', '.join(map(str, missing[:5]))} of the "
                f"{classes} that the outputs tell apart",
                fix="Number the classes from 0 without a gap, with as many outputs as there are.",
            )  # fmt: skip


def _of_shares(subject):
    """Whether the loss takes each row for shares of the classes."""
    name = loss_name(subject.model)
    return name in OF_SOFTMAX or (subject.output_kind == "softmax" and subject.classes > 1)


def _present(subject):
    """Classes that some example is of."""
    rows = subject.all_labels
    return np.flatnonzero(rows.any(axis=0)) if subject.is_multi_label else ids_of(rows)


def _order(subject):
    ids = _ids(subject)
    if not subject.in_order or len(ids) < 32:
        return
    counts = np.unique(ids, return_counts=True)[1]
    one = len(counts) == 1
    orders = math.lgamma(len(ids) + 1) - sum(math.lgamma(each + 1) for each in counts)
    rising = (np.diff(ids) >= 0).all() and orders > -math.log(_BY_CHANCE)
    if (one and len(ids) >= _FEWEST_OF_ONE_CLASS) or rising:
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
        return
    # Images are not there twice by nature. Rows of a table are, and may differ in what it leaves
    # out, but less than strangers do.
    shares = np.unique(ids, return_counts=True)[1] / len(ids)
    by_chance = (len(rows) - len(seen)) * (1 - np.square(shares).sum())
    if disagreeing > (0 if images.ndim == 4 else by_chance):
        yield Finding(
            check="labels-disagree", where="labels",
            problem=f"differ for the same input in {disagreeing} of {len(rows)} examples",
            fix="Look at the pairs: a wrong label, or inputs and labels out of step.",
        )  # fmt: skip


def _relation(images, ids):
    """Whether near inputs have like labels more often than chance, or a feature differs by class.

    Where only a few of many features matter, neighbours see nothing and a single feature does.
    """
    classes = len(np.unique(ids))
    if len(images) < max(_FEWEST_TO_RELATE, 10 * classes) or classes < 2:
        return
    from sklearn.feature_selection import f_classif
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
        surprise = np.nanmin(f_classif(features[:, deviation > 0], ids)[1]) * (deviation > 0).sum()
        if surprise < 0.01:  # Bonferroni's
            return
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
