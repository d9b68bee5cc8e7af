"""What the networks of folds say, joined to the images of a data set."""

from dataclasses import replace

import numpy as np
import pytest

from keras_recipes import Digits, RecipeError
from keras_recipes.audit import AuditedImages
from keras_recipes.audit.out_of_fold import out_of_fold, places_of
from keras_recipes.studies.trials import Outcome
from keras_recipes.training.fold_logits import write_fold_logits


def fold_run(folder, number, folds=2):
    """The outcome of a trial whose network says of each image its row, modulo 10."""
    fold = replace(Digits(), test_fold=(number, folds)).build().read_test()
    run = folder / str(number)
    run.mkdir()
    write_fold_logits(run, fold, 5.0 * np.eye(10)[fold.indices % 10])
    return Outcome(run={}, directory=run)


def test_each_image_has_what_the_network_without_it_says(tmp_path):
    dataset = Digits().build()
    found = out_of_fold(dataset, [fold_run(tmp_path, number) for number in (0, 1)])
    images = AuditedImages.of(dataset)
    assert np.array_equal(found.indices, np.arange(len(dataset.train) + len(dataset.validation)))
    assert np.array_equal(found.labels, images.labels[found.indices])
    rows = np.concatenate([dataset.train.indices, dataset.validation.indices])
    assert np.array_equal(found.probabilities.argmax(axis=1), rows % 10)
    assert found.probabilities.sum(axis=1) == pytest.approx(1)
    assert found.accuracy == np.mean(rows % 10 == found.labels)
    fold = replace(Digits(), test_fold=(1, 2)).build().read_test()
    assert np.array_equal(np.sort(rows[found.fold == 1]), np.sort(fold.indices))


def test_images_that_the_recipe_leaves_out_are_left_out(tmp_path):
    dataset = Digits(train_fraction=0.1).build()
    found = out_of_fold(dataset, [fold_run(tmp_path, number) for number in (0, 1)])
    assert len(found) == len(dataset.train) + len(dataset.validation) < 300
    rows = np.concatenate([dataset.train.indices, dataset.validation.indices])
    assert np.array_equal(found.probabilities.argmax(axis=1), rows % 10)
    assert np.array_equal(places_of(dataset, rows), np.arange(len(rows)))
    left_out = np.setdiff1d(np.arange(1437), rows)
    assert places_of(dataset, left_out).tolist() == [-1] * (1437 - len(rows))


def test_a_fold_that_is_missing_or_has_failed_is_an_error(tmp_path):
    dataset, done = Digits().build(), fold_run(tmp_path, 0)
    with pytest.raises(RecipeError, match=r"predict 71\d of 1437 training images once"):
        out_of_fold(dataset, [done])
    with pytest.raises(RecipeError, match="1 of 2 trainings have failed, the first with: too hot"):
        out_of_fold(dataset, [done, Outcome(run=None, directory=None, error="too hot.")])
