"""What networks say, in sentences and with the images to look at."""

import numpy as np
import pytest

from keras_recipes import Digits
from keras_recipes.audit import AuditedImages
from keras_recipes.audit.label_changes import ChangedImage, LabelChanges
from keras_recipes.audit.label_findings import change_findings, suspect_findings
from keras_recipes.audit.out_of_fold import OutOfFold
from keras_recipes.audit.suspect_labels import SuspectLabel


@pytest.fixture(scope="module")
def dataset():
    return Digits().build()


@pytest.fixture(scope="module")
def images(dataset):
    return AuditedImages.of(dataset)


def predictions(images):
    labels = images.labels[:100]
    probabilities = np.full((100, 10), 0.01)
    probabilities[np.arange(100), labels] = 0.91
    return OutOfFold(
        indices=np.arange(100), labels=labels, probabilities=probabilities, fold=np.arange(100) % 4
    )


def suspect(images, position):
    given = int(images.labels[position])
    return SuspectLabel(
        position=position, given=given, suggested=(given + 1) % 10, given_probability=0.02,
        suggested_probability=0.93, given_rank=4,
    )  # fmt: skip


def test_suspects_are_shown_and_left_out_only_if_asked(images):
    found, suspects = predictions(images), [suspect(images, 7), suspect(images, 3)]
    (finding,) = suspect_findings(images, found, suspects)
    assert finding.kind == "suspect-labels"
    assert "2 of 100 labels are suspect (2.0%)" in finding.sentence
    assert "(4 folds)" in finding.sentence
    assert "predict 100.0% of all labels" in finding.sentence
    assert finding.sentence.endswith("None is on the exclude list.")
    assert finding.exclude == ()
    first = finding.groups[0]
    assert first.images == (images.about(7),)
    given = images.about(7).label
    assert first.note == f"suggested {(int(given) + 1) % 10} 0.93; given {given}, number 4 of 10"
    assert first.score == 0.02
    (finding,) = suspect_findings(images, found, suspects, exclude=True)
    assert finding.exclude == (images.about(7).name, images.about(3).name)
    assert finding.sentence.endswith("All are on the exclude list.")
    assert suspect_findings(images, found, []) == ()


def changes(dataset, flips, lost, label=6, other=9):
    """Of 100 images of a class, so many are taken for another; a picture of each kind."""
    outcomes, of_lost = np.zeros((10, 10), int), np.zeros((10, 10), int)
    outcomes[label] = 0
    outcomes[label, label], outcomes[label, other] = 100 - flips, flips
    of_lost[label, other] = lost
    rows = dataset.train.indices[dataset.train.class_labels() == label]
    examples = tuple(
        ChangedImage(row=int(row), predicted=other, confidence=0.9, lost=is_lost,
                     image=np.full((8, 8, 1), 7, np.uint8))
        for row, is_lost in zip(rows, (True, False), strict=False)
    )  # fmt: skip
    return LabelChanges(
        augmentation="Rotation(degrees=180.0)", outcomes=outcomes, lost=of_lost,
        unchanged=np.zeros(10, int), examples={label: examples},
    )  # fmt: skip


def test_a_turned_six_is_told_of_with_its_rate_and_its_picture(dataset, images):
    (finding,) = change_findings(images, dataset, [changes(dataset, flips=80, lost=40)])
    assert finding.kind == "augmentation-changes-the-class"
    assert "6: 40 of 100 (31% to 50%), mostly 9" in finding.sentence
    (group,) = finding.groups  # the lost one alone
    assert group.images[0].label == "6"
    assert group.images[0].split == "train"
    ((caption, picture),) = group.further
    assert caption == "augmented: 9"
    assert picture.mean() == 7
    assert finding.exclude == ()


def test_what_the_taught_network_recognises_is_only_unlike_the_data(dataset, images):
    (finding,) = change_findings(images, dataset, [changes(dataset, flips=80, lost=2)])
    assert finding.kind == "augmentation-unlike-the-data"
    assert "6: 80 of 100 (71% to 87%), mostly 9" in finding.sentence
    assert len(finding.groups) == 2


def test_rare_flips_are_no_finding(dataset, images):
    assert change_findings(images, dataset, [changes(dataset, flips=20, lost=8)]) == ()


def test_few_images_are_no_evidence(dataset, images):
    few = changes(dataset, flips=80, lost=40)
    few.outcomes[6], few.lost[6] = 0, 0
    few.outcomes[6, 9] = few.lost[6, 9] = 1
    few.outcomes[6, 6] = 2
    assert few.interval(6, lost=True)[0] > 0.05
    assert change_findings(images, dataset, [few]) == ()
    few.outcomes[6, 9] = few.lost[6, 9] = 3
    (finding,) = change_findings(images, dataset, [few])
    assert "6: 3 of 5 (" in finding.sentence
