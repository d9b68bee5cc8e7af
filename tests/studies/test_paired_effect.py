"""Effects over paired seeds: intervals that hold, and corrections by the book."""

import math

import numpy as np
import pytest
import scipy.stats

from keras_recipes.studies.paired_effect import holm, paired_effect


def test_it_is_the_paired_t_test():
    random = np.random.default_rng(0)
    plain = random.normal(0.6, 0.02, 10)
    changed = plain + random.normal(0.01, 0.005, 10)
    effect = paired_effect(changed, plain)
    expected = scipy.stats.ttest_rel(changed, plain)
    low, high = expected.confidence_interval()
    assert effect.p == pytest.approx(expected.pvalue, rel=1e-12)
    assert (effect.low, effect.high) == pytest.approx((low, high), rel=1e-12)
    assert effect.mean == pytest.approx(np.mean(changed - plain))
    assert effect.pairs == 10


def test_its_interval_holds_the_true_effect_in_95_of_100_studies():
    random = np.random.default_rng(1)
    held = 0
    for _ in range(2000):
        chance = random.normal(0, 1, 5)  # that both runs of a seed have in common
        changed = chance + 0.3 + random.normal(0, 0.2, 5)
        effect = paired_effect(changed, chance + random.normal(0, 0.2, 5))
        held += effect.low <= 0.3 <= effect.high
    assert 0.935 < held / 2000 < 0.965


@pytest.mark.parametrize("pairs", [5, 10])
def test_the_smallest_effect_is_shown_in_about_80_of_100_studies(pairs):
    random = np.random.default_rng(2)
    spread = 0.2
    student = scipy.stats.t(pairs - 1)
    effect = (student.ppf(0.975) + student.ppf(0.8)) * spread / math.sqrt(pairs)
    smallest, shown = [], 0
    for _ in range(2000):
        found = paired_effect(random.normal(effect, spread, pairs), np.zeros(pairs))
        smallest.append(found.smallest)
        shown += found.is_shown
    assert 0.72 < shown / 2000 < 0.88
    assert np.median(smallest) == pytest.approx(effect, rel=0.15)


def test_one_pair_shows_nothing():
    effect = paired_effect([0.7], [0.6])
    assert not effect.is_shown
    assert effect.mean == pytest.approx(0.1)
    assert (effect.low, effect.high, effect.smallest) == (-math.inf, math.inf, math.inf)


def test_the_same_difference_in_every_seed():
    assert paired_effect([2.0, 3.0], [1.0, 2.0]).p == 0
    assert paired_effect([1.0, 2.0], [1.0, 2.0]).p == 1


@pytest.mark.parametrize(("changed", "plain"), [([], []), ([1.0], [1.0, 2.0])])
def test_no_pairs(changed, plain):
    with pytest.raises(ValueError, match="needs pairs"):
        paired_effect(changed, plain)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []
