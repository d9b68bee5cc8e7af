"""Divisions: stratified, seeded, nested, and refused where they can't be had."""

import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.data import Division, divide

LABELS = np.repeat(np.arange(4), (400, 200, 100, 100))[np.random.default_rng(0).permutation(800)]


def shares(positions):
    return np.bincount(LABELS[positions], minlength=4) / len(positions)


def test_a_tenth_is_held_out_in_proportion():
    train, validation = divide(LABELS, Division())
    assert len(validation) == 80
    assert sorted([*train, *validation]) == list(range(800))
    assert np.allclose(shares(validation), (0.5, 0.25, 0.125, 0.125))
    assert np.allclose(shares(train), (0.5, 0.25, 0.125, 0.125))


def test_the_seed_decides():
    first, again = (divide(LABELS, Division(seed=1))[1] for _ in range(2))
    other = divide(LABELS, Division(seed=2))[1]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_folds_part_the_whole():
    folds = [divide(LABELS, Division(fold=(index, 5))) for index in range(5)]
    assert sorted(np.concatenate([validation for _, validation in folds])) == list(range(800))
    for train, validation in folds:
        assert not set(train) & set(validation)


def test_smaller_training_sets_lie_within_larger_and_in_proportion():
    sets = [divide(LABELS, Division(train_examples=size))[0] for size in (8, 40, 400, 720)]
    for smaller, larger in zip(sets, sets[1:], strict=False):
        assert set(smaller) < set(larger)
    assert np.allclose(shares(sets[1]), (0.5, 0.25, 0.125, 0.125), atol=0.03)
    assert set(LABELS[sets[0]]) == {0, 1, 2, 3}


def test_a_fraction_is_a_number_of_examples():
    half, _ = divide(LABELS, Division(train_fraction=0.5))
    same, _ = divide(LABELS, Division(train_examples=360))
    assert np.array_equal(half, same)


def test_what_is_held_out_does_not_depend_on_the_training_size():
    assert np.array_equal(
        divide(LABELS, Division())[1], divide(LABELS, Division(train_examples=9))[1]
    )


@pytest.mark.parametrize(
    ("labels", "division", "place"),
    [
        (LABELS, Division(train_examples=721), "data.train_examples"),
        (LABELS, Division(train_fraction=0.001), "data.train_fraction"),
        (LABELS, Division(fold=(0, 101)), "data.fold"),
        (np.append(LABELS, 4), Division(), "data.validation_fraction"),
        (LABELS[:20], Division(validation_fraction=0.01), "data.validation_fraction"),
        (np.append(LABELS, [4, 4]), Division(validation_fraction=0.9), "data.validation_fraction"),
        (np.append(LABELS, [4, 4]), Division(train_examples=10), "data.train_examples"),
    ],
)
def test_an_impossible_division_is_refused(labels, division, place):
    with pytest.raises(RecipeError) as raised:
        divide(labels, division)
    assert raised.value.where == place
