"""What networks that were trained for an audit say, as findings for a person to look at."""

import numpy as np

from keras_recipes.audit.finding import Finding, Group
from keras_recipes.audit.images import AuditedImages
from keras_recipes.audit.label_changes import CONFIDENCE, LabelChanges
from keras_recipes.audit.out_of_fold import OutOfFold, places_of
from keras_recipes.audit.suspect_labels import SuspectLabel
from keras_recipes.data.dataset import Dataset

CHANGES_ABOVE = 0.05
"""Share of a class, by the lower end of its interval, from which on it is a finding that neither
network recognises it any more."""
UNFAMILIAR_ABOVE = 0.2
"""The same of what the network without the augmentation alone takes for another class."""
_LEAST = 3
"""Images that are evidence at all: the interval of 1 of 3 begins at 6 %."""


def suspect_findings(
    images: AuditedImages, found: OutOfFold, suspects: list[SuspectLabel], *, exclude: bool = False
) -> tuple[Finding, ...]:
    """The finding of suspect labels, if there are any.

    Args:
        images: of the data set.
        found: what the suspects come from; its indices are those of `images`.
        suspects: the worst first.
        exclude: whether to suggest leaving them out.
    """
    if not suspects:
        return ()
    names, classes = images.class_names, found.probabilities.shape[1]
    groups = []
    for each in suspects:
        image = images.about(int(found.indices[each.position]))
        groups.append(
            Group(
                images=(image,),
                score=each.given_probability,
                note=f"suggested {names[each.suggested]} {each.suggested_probability:.2f}; given "
                f"{names[each.given]}, number {each.given_rank} of {classes}",
                exclude=(image.name,) if exclude else (),
            )
        )
    share, folds = len(suspects) / len(found), found.fold.max() + 1
    listed = "All are on the exclude list." if exclude else "None is on the exclude list."
    sentence = (
        f"{len(suspects):,} of {len(found):,} labels are suspect ({share:.1%}). Networks that were "
        f"not trained on the image ({folds} folds) find the label unlikely; as many labels "
        "contradict what they are sure of (confident learning, Northcutt et al. 2021). They "
        f"predict {found.accuracy:.1%} of all labels: the fewer that are, the more of the suspects "
        "are only hard to recognise. Look at each, and mend the label where it is wrong. "
        f"{listed}"
    )
    return (
        Finding(
            kind="suspect-labels",
            sentence=sentence,
            groups=tuple(groups),
            score_name="probability of the label given",
        ),
    )


def change_findings(
    images: AuditedImages,
    dataset: Dataset,
    changes: list[LabelChanges],
    confidence: float = CONFIDENCE,
) -> tuple[Finding, ...]:
    """A finding for each augmentation that changes classes, and one for what makes them unfamiliar.

    Args:
        images: of the data set.
        dataset: what the rows of `changes` are rows of.
        changes: of each augmentation.
        confidence: that they were counted with.
    """
    found = []
    for change in changes:
        labels = range(len(images.class_names))
        changed = [n for n in labels if _is_above(change, n, CHANGES_ABOVE, lost=True)]
        unfamiliar = [
            n
            for n in labels
            if n not in changed and _is_above(change, n, UNFAMILIAR_ABOVE, lost=False)
        ]
        for which, lost in ((changed, True), (unfamiliar, False)):
            if not which:
                continue
            which = sorted(which, key=lambda n: -change.flips(n, lost=lost) / change.tried(n))
            kind = "augmentation-changes-the-class" if lost else "augmentation-unlike-the-data"
            tell = _changes if lost else _unfamiliar
            found.append(
                Finding(
                    kind=kind,
                    sentence=tell(change, which, images.class_names, confidence),
                    groups=_groups(images, dataset, change, which, lost),
                    score_name="probability afterwards",
                )
            )
    return tuple(found)


def _is_above(change, label, share, *, lost):
    enough = change.flips(label, lost=lost) >= _LEAST
    return enough and change.interval(label, lost=lost)[0] > share


def _changes(change, labels, names, confidence):
    return (
        f"{change.augmentation} makes another class of some images. {_how(confidence)} So many are "
        "then taken for another class by the network that doesn't know the augmentation, and by "
        f"the one that does as well: {_numbers(change, labels, names, lost=True)}. Told of are "
        f"classes with more than {CHANGES_ABOVE:.0%} by the lower end of the 95 % interval, and "
        f"{_LEAST} images or more. Where the images below do not show their class any more, "
        "training calls them by the wrong name: leave the augmentation out, or make it weaker."
    )


def _unfamiliar(change, labels, names, confidence):
    numbers = _numbers(change, labels, names, lost=False)
    return (
        f"{change.augmentation} makes images unlike those of the data set. {_how(confidence)} So "
        f"many are then taken for another class by the network without it: {numbers}. Told of are "
        f"classes with more than {UNFAMILIAR_ABOVE:.0%} by the lower end of the 95 % interval, and "
        f"{_LEAST} images or more. The network that is trained with it tells most of them right. "
        "Where such images may occur, it teaches something; where they may not, as a mirrored 2, "
        "leave it out."
    )


def _how(confidence):
    return (
        "Of the images that networks trained with and without it, and without them, predict "
        f"correctly, the latter with a probability of {confidence:g} or more, each was augmented "
        "once."
    )


def _numbers(change, labels, names, *, lost):
    return "; ".join(
        f"{names[n]}: {change.flips(n, lost=lost)} of {change.tried(n)} "
        "({:.0%} to {:.0%}), ".format(*change.interval(n, lost=lost))
        + f"mostly {names[change.becomes(n, lost=lost)]}"
        for n in labels
    )


def _groups(images, dataset, change, labels, lost):
    """The clearest images of each class in turn, the first of every class before the second."""
    names, groups = images.class_names, []
    shown = [
        [each for each in change.examples.get(label, ()) if each.lost or not lost]
        for label in labels
    ]
    for rank in range(max(map(len, shown))):
        for examples in shown:
            if rank >= len(examples):
                continue
            each = examples[rank]
            (place,) = places_of(dataset, np.array([each.row]))
            if place < 0:  # the fold holds it, and data.train_fraction leaves it out
                continue
            predicted = names[each.predicted]
            groups.append(
                Group(
                    images=(images.about(int(place)),),
                    score=each.confidence,
                    note=f"{change.augmentation}: taken for {predicted}",
                    further=((f"augmented: {predicted}", each.image),),
                )
            )
    return tuple(groups)
