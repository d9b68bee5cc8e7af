"""Grouped divisions: no group on both sides, classes in proportion, refused where they can't be."""

import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.data import Division, divide

GENERATOR = np.random.default_rng(0)
GROUPS = GENERATOR.integers(0, 60, 1500)
LABELS = GENERATOR.choice(4, 1500, p=(0.5, 0.3, 0.15, 0.05))


def shares(labels):
    return np.bincount(labels, minlength=4) / len(labels)


@pytest.mark.parametrize(
    "division",
    [
        Division(),
        Division(validation_fraction=0.35, seed=3),
        Division(fold=(1, 4)),
        Division(train_fraction=0.4),
    ],
)
def test_no_group_is_on_both_sides_and_classes_are_in_proportion(division):
    train, validation = divide(LABELS, division, groups=GROUPS)
    assert not set(GROUPS[train]) & set(GROUPS[validation])
    wanted = 0.25 if division.fold else division.validation_fraction or 0.1
    assert len(validation) / 1500 == pytest.approx(wanted, abs=0.02)
    assert np.allclose(shares(LABELS[validation]), shares(LABELS), atol=0.03)
    assert list(train) == sorted(train)
    assert list(validation) == sorted(validation)


def test_folds_part_the_whole():
    folds = [divide(LABELS, Division(fold=(index, 5)), groups=GROUPS)[1] for index in range(5)]
    assert sorted(np.concatenate(folds)) == list(range(1500))


def test_the_seed_decides_and_names_of_groups_do_not():
    first, again = (divide(LABELS, Division(seed=1), groups=GROUPS)[1] for _ in range(2))
    renamed = divide(LABELS, Division(seed=1), groups=np.char.mod("person %02d", GROUPS))[1]
    assert np.array_equal(first, again)
    assert np.array_equal(first, renamed)
    assert not np.array_equal(first, divide(LABELS, Division(seed=2), groups=GROUPS)[1])


def test_the_nearest_share_that_whole_groups_allow():
    groups = np.repeat(np.arange(5), (40, 30, 15, 10, 5))
    labels = np.tile([0, 1], 50)
    _, validation = divide(labels, Division(validation_fraction=0.25), groups=groups)
    assert len(validation) == 25


def test_a_class_is_never_held_out_whole():
    labels = np.array([0] * 10 + [1] * 10 + [2] * 2)
    groups = np.array([0, 1, 2, 3, 4] * 4 + [0, 1])
    for seed in range(20):
        train, _ = divide(labels, Division(validation_fraction=0.4, seed=seed), groups=groups)
        assert set(labels[train]) == {0, 1, 2}


@pytest.mark.parametrize(
    ("labels", "groups", "division", "said"),
    [
        ([0, 0, 1, 1], [0, 1, 2, 2], Division(), "data.validation_fraction needs each class in at"),
        ([0, 0, 1, 1], [0, 1, 0, 1], Division(fold=(0, 3)), "data.fold needs each class in at"),
        ([0, 1] * 4, [0, 0, 1, 1] * 2, Division(), "each of the 2 groups is too large"),
        (
            [1, 1, 0, 1, 1, 0],
            [3, 3, 2, 2, 2, 1],
            Division(fold=(1, 2), seed=1),
            "data.fold leaves no training image of class 0",
        ),
    ],
)
def test_what_groups_do_not_allow_is_refused(labels, groups, division, said):
    with pytest.raises(RecipeError, match=said):
        divide(np.array(labels), division, groups=np.array(groups))


def test_many_groups_take_seconds_at_most():
    labels = np.arange(50_000) % 100
    groups = np.arange(50_000) // 2
    train, validation = divide(labels, Division(), groups=groups)
    assert len(validation) == pytest.approx(5000, rel=0.02)
    assert not set(groups[train]) & set(groups[validation])
