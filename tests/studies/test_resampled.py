"""The interval of cross-validation covers what it speaks of."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from keras_recipes.studies.resampled import corrected_interval

FOLDS, EXAMPLES, FEATURES = 5, 100, 5


def sample(random, examples):
    """Two overlapping clouds."""
    labels = np.arange(examples) % 2
    return random.normal(0, 1, (examples, FEATURES)) + 0.35 * (2 * labels[:, None] - 1), labels


def accuracy(train, test):
    """Of the nearest class mean, which fits in a moment."""
    means = np.stack([train[0][train[1] == label].mean(axis=0) for label in (0, 1)])
    distance = ((test[0][:, None] - means) ** 2).sum(axis=2)
    return float(np.mean(distance.argmin(axis=1) == test[1]))


def cross_validated(random, repeats):
    images, labels = sample(random, EXAMPLES)
    scores = []
    for _ in range(repeats):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=int(random.integers(2**31)))
        for train, test in folds.split(images, labels):
            scores.append(accuracy((images[train], labels[train]), (images[test], labels[test])))
    return scores


@pytest.mark.parametrize("repeats", [1, 3])
def test_it_covers_the_expected_accuracy_at_its_training_size(repeats):
    """At least 90 of 100; the plain interval of the mean does not, with repeated folds."""
    random = np.random.default_rng(repeats)
    size = EXAMPLES * (FOLDS - 1) // FOLDS
    much = sample(random, 20_000)
    expected = np.mean([accuracy(sample(random, size), much) for _ in range(300)])
    covered = plain = 0
    for _ in range(400):
        scores = cross_validated(random, repeats)
        low, high = corrected_interval(scores, test_share=1 / (FOLDS - 1))
        covered += low <= expected <= high
        low, high = corrected_interval(scores, test_share=0)
        plain += low <= expected <= high
    assert covered / 400 >= 0.9
    if repeats > 1:
        assert plain / 400 < 0.9


def test_by_hand():
    low, high = corrected_interval([0.6, 0.8], test_share=0.5)
    # variance 0.02, times 1/2 + 1/2; t of one degree is 12.706
    assert (low, high) == pytest.approx(
        (0.7 - 12.706 * 0.02**0.5, 0.7 + 12.706 * 0.02**0.5), rel=1e-4
    )
    with pytest.raises(ValueError, match="at least two scores"):
        corrected_interval([0.5], test_share=0.25)
