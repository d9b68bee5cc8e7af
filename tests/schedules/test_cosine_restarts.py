"""cosine_restarts: where its cycles begin, and what they fall to."""

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.schedules import cosine_decay, cosine_restarts


def restarts(table):
    """Steps whose rate is above that of the step before."""
    return [int(step) for step in np.flatnonzero(np.diff(table) > 0) + 1]


def test_each_cycle_is_a_cosine_decay():
    table = cosine_restarts(0.3, 70, cycles=3, cycle_growth=2, peak_factor=0.5, final_fraction=0.1)
    parts = [cosine_decay(0.3 * 0.5**i, 10 * 2**i, final_fraction=0.1) for i in range(3)]
    np.testing.assert_allclose(table, np.concatenate(parts), rtol=1e-6)


def test_cycles_of_one_length():
    assert restarts(cosine_restarts(1.0, 40, cycles=4, cycle_growth=1)) == [10, 20, 30]


def test_one_cycle_is_plain_cosine_decay():
    np.testing.assert_array_equal(cosine_restarts(0.3, 50, cycles=1), cosine_decay(0.3, 50))


def test_the_cycles_divide_what_the_warmup_leaves():
    table = cosine_restarts(1.0, 80, cycles=3, warmup_steps=10)
    np.testing.assert_array_equal(table[10:], cosine_restarts(1.0, 70, cycles=3))


def test_cycles_that_do_not_divide_the_run_begin_at_the_nearest_step():
    table = cosine_restarts(1.0, 100, cycles=3, cycle_growth=1)
    assert restarts(table) == [33, 67]
    assert table[33] == table[67] == 1.0


def test_cycles_that_do_not_fit():
    with pytest.raises(
        RecipeError, match="cycles must each have a step; 5 of them, each 2.0 times"
    ):
        cosine_restarts(0.1, 15, cycles=5)
    assert len(cosine_restarts(0.1, 31, cycles=5)) == 31


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"cycles": 0}, "cycles must be a whole number from 1 to 1000; got 0"),
        ({"cycles": 2.0}, "cycles must be"),
        ({"cycle_growth": 0.5}, r"cycle_growth must be in \[1, 100\]; got 0.5"),
        ({"cycle_growth": float("nan")}, "cycle_growth must be"),
        ({"peak_factor": 0}, r"peak_factor must be in \(0, 1\]; got 0"),
        ({"peak_factor": 1.5}, "peak_factor must be"),
    ],
)
def test_wrong_cycles(wrong, message):
    with pytest.raises(RecipeError, match=message):
        cosine_restarts(0.1, 100, **wrong)
