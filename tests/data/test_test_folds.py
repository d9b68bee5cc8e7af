"""Folds of the training images to test on: each once, groups whole, the test part left alone."""

import numpy as np
import pytest

from keras_recipes import Arrays, Digits
from keras_recipes.errors import RecipeError


def rows(examples):
    return examples.indices.tolist()


def test_the_folds_part_the_training_images_and_leave_the_test_part_alone():
    whole = Digits().build()
    pool = sorted(rows(whole.train) + rows(whole.validation))
    tested = []
    for index in range(4):
        fold = Digits(test_fold=(index, 4)).build()
        test = fold.read_test()
        assert sorted(rows(fold.train) + rows(fold.validation) + rows(test)) == pool
        assert fold.train.images is test.images
        assert len(fold.validation) == pytest.approx(0.1 * 0.75 * len(pool), abs=2)
        assert fold.fingerprint == whole.fingerprint
        tested += rows(test)
    assert sorted(tested) == pool


def test_groups_stay_on_one_side(tmp_path):
    labels = np.arange(120) % 2
    groups = np.arange(120) // 6  # twenty, of six
    images = np.zeros((120, 4, 4, 1), np.uint8)
    path = tmp_path / "a.npz"
    np.savez(path, images=images, labels=labels, groups=groups)
    tested = []
    for index in range(3):
        dataset = Arrays(str(path), test_fold=(index, 3)).build()
        sides = [set(groups[each.indices]) for each in (dataset.train, dataset.read_test())]
        assert not sides[0] & sides[1]
        assert not set(groups[dataset.validation.indices]) & (sides[0] | sides[1])
        tested += rows(dataset.read_test())
    kept = Arrays(str(path)).build().read_test()  # a fifth, held out of every fold
    assert len(tested) == len(set(tested)) == 120 - len(kept)
    assert not set(tested) & set(rows(kept))


def test_another_seed_makes_other_folds():
    one, other = (Digits(test_fold=(0, 5), split_seed=seed).build() for seed in (0, 1))
    assert rows(one.read_test()) != rows(other.read_test())


@pytest.mark.parametrize(
    ("fold", "said"),
    [((5, 5), "data.test_fold must be"), ((0, 1), "data.test_fold must be"),
     ((0, 500), "data.test_fold needs at least 500 images of each class")],
)  # fmt: skip
def test_folds_that_can_not_be(fold, said):
    with pytest.raises(RecipeError, match=said):
        Digits(test_fold=fold).build()
