"""Flips that can be counted by hand, of networks that look which side is brighter."""

import numpy as np
import pytest

from keras_recipes.audit.label_changes import label_changes
from keras_recipes.augment import Flip, build_pipeline
from keras_recipes.data import Examples
from keras_recipes.training.evaluate import wilson_interval

LEFT, RIGHT, EVEN = range(3)
EACH = 200


@pytest.fixture(scope="module")
def examples():
    """Images that are bright on the left, on the right, or evenly; some rows are of others."""
    images = np.zeros((3 * EACH + 5, 4, 4, 1), np.uint8)
    labels = np.repeat([LEFT, RIGHT, EVEN, LEFT], [EACH, EACH, EACH, 5])
    images[labels == LEFT, :, :2] = 200
    images[labels == RIGHT, :, 2:] = 200
    images[labels == EVEN] = 100
    return Examples(images=images, labels=labels, indices=np.arange(3 * EACH))


@pytest.fixture(scope="module")
def mirror():
    return build_pipeline([Flip()], seed=0, image_shape=(4, 4, 1), num_classes=3, batch_size=None)


def side(images, sure=10.0):
    """Logits of the brighter side."""
    left, right = (images[:, :, part].mean(axis=(1, 2, 3)) for part in (slice(2), slice(2, 4)))
    classes = np.where(left > right, LEFT, np.where(right > left, RIGHT, EVEN))
    return sure * np.eye(3)[classes]


def always(label):
    return lambda images: np.tile(np.eye(3)[label], (len(images), 1))


def test_a_mirrored_side_is_the_other_and_an_even_image_stays_as_it_is(examples, mirror):
    found = label_changes("Flip()", [(side, side, examples)], mirror, 3)
    for label, other in ((LEFT, RIGHT), (RIGHT, LEFT)):
        # Half are mirrored; those that are not don't count.
        assert found.tried(label) + found.unchanged[label] == EACH
        assert 60 < found.tried(label) < 140
        assert found.flips(label) == found.flips(label, lost=True) == found.tried(label)
        assert found.becomes(label) == found.becomes(label, lost=True) == other
        assert found.interval(label)[0] == pytest.approx(
            wilson_interval(found.tried(label), found.tried(label))[0]
        )
    assert (found.tried(EVEN), found.unchanged[EVEN]) == (0, EACH)
    assert found.becomes(EVEN) == -1
    assert found.interval(EVEN) == (0.0, 1.0)


def test_the_same_images_once_more_never_flip(examples):
    found = label_changes("none", [(side, side, examples)], None, 3)
    assert [found.tried(label) for label in range(3)] == [EACH] * 3
    assert not any(found.flips(label) for label in range(3))
    assert found.examples == {}


def test_what_the_taught_network_recognises_is_not_lost(examples, mirror):
    found = label_changes("Flip()", [(side, always(LEFT), examples)], mirror, 3)
    assert found.flips(LEFT) == found.tried(LEFT) > 60
    assert found.flips(LEFT, lost=True) == 0
    assert found.interval(LEFT, lost=True)[1] < 0.1
    assert not any(each.lost for each in found.examples[LEFT])
    # It doesn't know images that are bright on the right at all, so they say nothing.
    assert found.tried(RIGHT) == 0


def test_only_confident_predictions_count(examples, mirror):
    # 3 classes, logits 1, 0, 0: probability 0.58.
    unsure = [(lambda images: side(images, 1.0), side, examples)]
    assert label_changes("Flip()", unsure, mirror, 3).tried(LEFT) == 0
    assert label_changes("Flip()", unsure, mirror, 3, confidence=0.57).tried(LEFT) > 60


def test_the_clearest_images_are_kept_as_the_network_sees_them(examples, mirror):
    found = label_changes("Flip()", [(side, side, examples)], mirror, 3, shown=4)
    assert set(found.examples) == {LEFT, RIGHT}
    assert len(found.examples[LEFT]) == 4
    for each in found.examples[LEFT]:
        assert each.row < EACH
        assert each.predicted == RIGHT
        assert each.lost
        assert each.confidence == pytest.approx(1, abs=1e-3)
        assert np.array_equal(each.image, examples.images[each.row][:, ::-1])


def test_folds_add_up_and_each_draws_its_own(examples, mirror):
    first, second = examples.subset(slice(0, None, 2)), examples.subset(slice(1, None, 2))
    networks = [(side, side, first), (side, side, second)]
    found = label_changes("Flip()", networks, mirror, 3)
    assert found.tried(LEFT) + found.unchanged[LEFT] == EACH
    again = label_changes("Flip()", networks, mirror, 3)
    assert np.array_equal(found.outcomes, again.outcomes)
    assert {each.row % 2 for each in label_changes(
        "Flip()", networks, mirror, 3, shown=EACH).examples[LEFT]} == {0, 1}  # fmt: skip
