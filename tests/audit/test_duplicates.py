"""Planted copies are found, others are not, and what is left out is what the rules say."""

import numpy as np
import pytest
from pictures import audited, blurred, brightened, compressed, cropped, pictures

from keras_recipes import Digits
from keras_recipes.audit import AuditedImages
from keras_recipes.audit.alignment import aligned_correlation
from keras_recipes.audit.duplicates import duplicate_findings, find_duplicates
from keras_recipes.audit.measure import measure


def findings_of(images, correlation=None):
    measured = measure(images)
    found = duplicate_findings(images, find_duplicates(images, measured, correlation))
    return {each.kind: each for each in found}


def members(finding):
    return sorted(tuple(image.index for image in group.images) for group in finding.groups)


def test_copies_that_were_changed_are_found_and_nothing_else():
    train = pictures(400)
    changes = (cropped, brightened, compressed, lambda each: compressed(brightened(cropped(each))))
    copies = np.stack([changes[number % 4](train[number]) for number in range(40)])
    labels = np.concatenate([np.arange(400) % 4, np.arange(40) % 4])
    found = findings_of(audited(np.concatenate([train, copies]), labels=labels))
    assert set(found) == {"near-duplicates"}
    assert members(found["near-duplicates"]) == [(each, 400 + each) for each in range(40)]
    assert sorted(found["near-duplicates"].exclude) == sorted(f"train:{400 + n}" for n in range(40))
    scores = [each.score for each in found["near-duplicates"].groups]
    assert scores == sorted(scores, reverse=True)
    assert 0.96 <= scores[-1] <= scores[0] < 1


@pytest.mark.parametrize("channels", [1, 3])
def test_equal_images_are_told_as_such(channels):
    train = pictures(60, channels=channels)
    found = findings_of(audited(np.concatenate([train, train[[7, 9, 7]]])))
    assert {kind: members(each) for kind, each in found.items()} == {
        "exact-duplicates-with-other-labels": [(7, 60, 62)],  # of the classes 3, 0 and 2
        "exact-duplicates": [(9, 61)],
    }


def test_what_is_left_out_across_splits_and_labels():
    images = pictures(100)
    train, validation, test = images[:60].copy(), images[60:80].copy(), images[80:].copy()
    validation[0] = cropped(train[0])  # 60
    test[0] = cropped(train[4])  # 80
    test[4] = cropped(validation[4])  # 84, 64
    test[8] = test[12]  # 88, 92
    train[9] = cropped(train[10])  # of another class
    train[17] = test[16]  # 96, of another class
    labels = np.arange(100) % 4
    labels[17] = 1
    found = findings_of(audited(train, validation, test, labels=labels))
    left_out = {kind: sorted(each.exclude) for kind, each in found.items()}
    assert left_out == {
        "exact-duplicates-across-splits": ["train:17"],
        "exact-duplicates-with-other-labels": ["train:17"],
        "near-duplicates-across-splits": ["train:0", "train:4", "train:64"],
        "near-duplicates-with-other-labels": ["train:10", "train:9"],
        "exact-duplicates": [],
    }
    assert members(found["near-duplicates-across-splits"]) == [(0, 60), (4, 80), (64, 84)]
    assert "with 2 test images" in found["near-duplicates-across-splits"].sentence


def test_a_test_set_that_is_held_out_anew_is_no_exception():
    images = pictures(60)
    train, test = images[:40].copy(), images[40:].copy()
    test[0], test[4], test[8] = train[0], test[12], train[1]  # 40; 44 and 52; 48 of another class
    found = findings_of(audited(train, test=test, given_test=False))
    left_out = {kind: sorted(each.exclude) for kind, each in found.items()}
    assert left_out == {
        "exact-duplicates-across-splits": ["train:0", "train:1", "train:48"],
        "exact-duplicates-with-other-labels": ["train:1", "train:48"],
        "exact-duplicates": ["train:52"],
    }


def test_of_large_images_too():
    train = pictures(40, side=90)
    copy = compressed(cropped(train[3], (6, 0, 5, 3)))
    found = findings_of(audited(np.concatenate([train, copy[None]]), labels=np.zeros(41)))
    assert members(found["near-duplicates"]) == [(3, 40)]


def test_blank_images_are_no_duplicates():
    train = pictures(30)
    train[:5] = 200
    assert findings_of(audited(train)) == {}


def test_images_that_are_alike_by_nature_are_not_taken_for_copies():
    """One picture with changes of its own in each: they correlate, and one alone is a copy."""
    common = pictures(1)[0].astype(np.float32)
    alike = common + 0.35 * (pictures(200, seed=1).astype(np.float32) - 128)
    alike = np.clip(alike, 0, 255).astype(np.uint8)
    assert np.median(aligned_correlation(alike[:-1], alike[1:])) > 0.9
    images = audited(np.concatenate([alike, compressed(alike[11], 90)[None]]), labels=[0] * 201)
    measured = measure(images)
    found = find_duplicates(images, measured)
    assert found.correlation > 0.99
    assert found.pairs.tolist() == [[11, 200]]
    assert find_duplicates(images, measured, correlation=0.5).correlation == 0.5


def test_digits_of_one_class_are_not_taken_for_copies():
    images = AuditedImages.of(Digits().build())
    measured = measure(images)
    found = find_duplicates(images, measured)
    assert found.correlation > 0.98
    assert len(found.pairs) < 30
    looser = find_duplicates(images, measured, correlation=0.96)
    assert len(looser.pairs) > 1000
    assert np.array_equal(looser.reaching(found.correlation).pairs, found.pairs)


def test_a_blurred_copy_is_found_with_its_original():
    train = pictures(50)
    found = findings_of(audited(np.concatenate([train, blurred(train[5])[None]]), labels=[0] * 51))
    assert members(found["near-duplicates"]) == [(5, 50)]
