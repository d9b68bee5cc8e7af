"""Images that are in a data set more than once, as they are or nearly so."""

from dataclasses import dataclass

import numpy as np

from keras_recipes.audit.alignment import aligned_correlation
from keras_recipes.audit.faults import BLANK_CONTRAST
from keras_recipes.audit.finding import Finding, Group
from keras_recipes.audit.neighbours import similar_pairs

SIMILARITY = 0.7
"""Pairs of descriptors that are looked at more closely."""
CORRELATION = 0.96
"""What the pixels of a near duplicate correlate by at least, after a small crop."""
CLOSER = 10
"""How many times closer to 1 than an image and its tenth neighbour they usually correlate."""
_NEIGHBOUR, _SAMPLE = 10, 256
MOST_CANDIDATES = 500_000
"""Pairs that are looked at more closely, the most similar first: some ten minutes of a core."""
_AT_ONCE = 256


@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """Pairs of images that show the same."""

    pairs: np.ndarray
    """Indices in `AuditedImages`, int64 `(p, 2)`, the smaller first; of several equal images each
    is paired with the first alone, and near ones with the first of them."""
    correlations: np.ndarray
    """Of each pair, float32 `(p,)`; 1 where they are equal."""
    exact: np.ndarray
    """Whether all pixels are equal, bool `(p,)`."""
    correlation: float
    """What they had to reach."""
    cut: bool
    """Whether there were more than `MOST_CANDIDATES`, so that some may be missing."""

    def reaching(self, correlation: float) -> "Duplicates":
        """Those that correlate at least so."""
        kept = self.correlations >= correlation
        return Duplicates(
            pairs=self.pairs[kept], correlations=self.correlations[kept], exact=self.exact[kept],
            correlation=correlation, cut=self.cut,
        )  # fmt: skip


def find_duplicates(
    images, measured, correlation: float | None = None, progress=lambda done: None
) -> Duplicates:
    """Search all pairs of images of a data set, whatever their splits and classes.

    Equal pixels are found by their hash. Otherwise descriptors choose the pairs
    (`descriptor.py`), and the pixels decide (`alignment.py`). Blank images are left out.

    Args:
        images: `AuditedImages`.
        measured: their `Measurements`.
        correlation: what a pair must reach; None: `telling_correlation`.
        progress: called with the number of images whose pairs are done.
    """
    kept = np.flatnonzero(measured.contrast >= BLANK_CONTRAST)
    _, first, which = np.unique(
        measured.digests[kept], axis=0, return_index=True, return_inverse=True
    )
    original = kept[first[which.ravel()]]
    copies = np.flatnonzero(original != kept)
    equal = np.stack([original[copies], kept[copies]], axis=1)
    single = np.sort(kept[first])
    near, _ = similar_pairs(
        measured.descriptors[single], SIMILARITY, MOST_CANDIDATES, progress=progress
    )
    near = single[near]
    found = _correlations(images, near)
    if correlation is None:
        correlation = telling_correlation(images, measured.descriptors, single)
    alike = found >= correlation
    return Duplicates(
        pairs=np.concatenate([equal, near[alike]]),
        correlations=np.concatenate([np.ones(len(equal), np.float32), found[alike]]),
        exact=np.repeat([True, False], [len(equal), int(alike.sum())]),
        correlation=correlation,
        cut=len(near) >= MOST_CANDIDATES,
    )


def telling_correlation(images, descriptors, single) -> float:
    """What tells a near duplicate from images that are merely alike in this data set.

    Two digits of one class may correlate by 0.95, two photographs don't. So the median correlation
    c of images with their tenth nearest neighbour is measured, and 1 - (1 - c) / 10 asked for, at
    least 0.96.

    Args:
        images: `AuditedImages`.
        descriptors: of all of them.
        single: indices of those that are neither blank nor the copy of another.
    """
    if len(single) <= _NEIGHBOUR:
        return CORRELATION
    places = np.linspace(0, len(single) - 1, min(_SAMPLE, len(single))).astype(int)
    tenth = np.empty(len(places), np.int64)
    for start in range(0, len(places), 16):
        some = places[start : start + 16]
        similarity = descriptors[single[some]] @ descriptors[single].T
        similarity[np.arange(len(some)), some] = -2
        # Of the images the most similar come last, so the tenth is the tenth from the end.
        tenth[start : start + 16] = np.argpartition(similarity, -_NEIGHBOUR)[:, -_NEIGHBOUR]
    usual = np.median(_correlations(images, np.stack([single[places], single[tenth]], axis=1)))
    return float(max(CORRELATION, 1 - (1 - usual) / CLOSER))


def _correlations(images, pairs):
    found = np.empty(len(pairs), np.float32)
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        found[start : start + _AT_ONCE] = aligned_correlation(
            images.read_many(some[:, 0]), images.read_many(some[:, 1])
        )
    return found


def duplicate_findings(images, duplicates: Duplicates) -> tuple[Finding, ...]:
    """The pairs as groups of images that show the same, by what is wrong with them.

    A group that lies in several splits, or whose labels disagree, is told as that (as both where it
    is both); only the others as duplicates within a split.
    """
    found = {}
    for members, score, exact in connected(duplicates, len(images)):
        splits, labels = set(images.splits[members]), set(images.labels[members])
        how = "exact" if exact else "near"
        kinds = [f"{how}-duplicates-across-splits"] if len(splits) > 1 else []
        kinds += [f"{how}-duplicates-with-other-labels"] if len(labels) > 1 else []
        for kind in kinds or [f"{how}-duplicates"]:
            group = Group(
                images=tuple(images.about(each) for each in members),
                score=score,
                exclude=tuple(images.about(each).name for each in better_left_out(images, members)),
            )
            found.setdefault(kind, []).append(group)
    cut = " There were too many alike to look at all of them: some are missing." * duplicates.cut
    return tuple(
        Finding(
            kind=kind,
            sentence=_sentence(kind, groups, duplicates.correlation) + cut,
            groups=tuple(sorted(groups, key=lambda each: -each.score)),
            score_name="correlation",
        )
        for kind, groups in sorted(found.items(), key=lambda each: _ORDER.index(each[0]))
    )


def connected(duplicates: Duplicates, count: int):
    """(indices of a group, rising; the lowest correlation of its pairs; whether all are equal)."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(duplicates.pairs):
        return
    one, other = duplicates.pairs.T
    links = coo_matrix((np.ones(len(one), bool), (one, other)), shape=(count, count))
    component = connected_components(links, directed=False)[1]
    involved = np.unique(duplicates.pairs)
    order = involved[np.argsort(component[involved], kind="stable")]
    lowest = np.ones(component.max() + 1, np.float32)
    np.minimum.at(lowest, component[one], duplicates.correlations)
    exact = np.ones(len(lowest), bool)
    np.logical_and.at(exact, component[one], duplicates.exact)
    borders = np.flatnonzero(np.diff(component[order])) + 1
    for members in np.split(order, borders):
        which = component[members[0]]
        yield members, float(lowest[which]), bool(exact[which])


def better_left_out(images, members) -> np.ndarray:
    """Which of some images that show the same to leave out.

    No image of a given test set, so that results stay comparable. What is in the test set is left
    out of the others, and what is in the validation images out of those for training; otherwise all
    but the first. Where labels disagree none is kept: which is right, a person must say.
    """
    splits, fixed = images.splits[members], images.fixed[members]
    if len(set(images.labels[members])) > 1:
        return members[~fixed]
    kept = splits == splits.max()
    if not fixed.any():
        kept[np.flatnonzero(kept)[1:]] = False
    return members[~kept]


_ORDER = [
    f"{how}-duplicates{what}"
    for what in ("-across-splits", "-with-other-labels", "")
    for how in ("exact", "near")
]


def _sentence(kind, groups, correlation):
    count = sum(len(each.images) for each in groups)
    same = "the same pixels as"
    if kind.startswith("near"):
        same = (
            f"nearly the same (a correlation of {correlation:.3f} or more, after a small crop) as"
        )
    number = "1 group" if len(groups) == 1 else f"{len(groups)} groups"
    how = f"{count} images show {same} another: {number}"
    if kind.endswith("splits"):
        tested = sum(each.split == "test" for group in groups for each in group.images)
        return (
            f"{how} across splits, with {tested} test images. What has been trained on is "
            "remembered, so scores on it are too good. The copies outside of the last of their "
            "splits are on the exclude list."
        )
    if kind.endswith("labels"):
        return (
            f"{how} whose labels differ. One of them must be wrong, or the images are not as alike "
            "as they seem: look. All but given test images are on the exclude list."
        )
    return (
        f"{how} within one split. They count several times, and a random division would put some "
        "on both of its sides. All but one of each group are on the exclude list; given test "
        "images are not."
    )
