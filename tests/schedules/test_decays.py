"""The tables against numbers worked by hand."""

import math

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.schedules import (
    constant,
    cosine_decay,
    cosine_restarts,
    exponential_decay,
    linear_decay,
    multi_step_decay,
    polynomial_decay,
    step_decay,
    with_warmup,
)


def every_sixth(peak, steps, *, warmup_steps=0):
    return step_decay(peak, steps, every_steps=6, warmup_steps=warmup_steps)


CURVES = [cosine_decay, linear_decay, polynomial_decay, cosine_restarts]
DECAYS = [*CURVES, exponential_decay, multi_step_decay, every_sixth]


def test_cosine_by_hand():
    """cos of 0, 60, 90 and 120 degrees, and so on: (1 + cos) / 2."""
    root = math.sqrt(3) / 2
    expected = [(1 + c) / 2 for c in (1, root, 0.5, 0, -0.5, -root)]
    np.testing.assert_allclose(cosine_decay(1.0, 6), expected, rtol=1e-6)


def test_linear_by_hand():
    np.testing.assert_array_equal(linear_decay(2.0, 4), np.float32([2.0, 1.5, 1.0, 0.5]))


def test_multi_step_by_hand():
    expected = np.float32([0.4] * 4 + [0.04] * 2 + [0.004] * 2)
    np.testing.assert_allclose(multi_step_decay(0.4, 8), expected, rtol=1e-7)


def test_step_by_hand():
    expected = [0.5] * 3 + [0.25] * 3 + [0.125]
    np.testing.assert_array_equal(step_decay(0.5, 7, every_steps=3, factor=0.5), expected)


def test_exponential_by_hand():
    expected = [1.0, 10**-0.5, 0.1, 10**-1.5]
    np.testing.assert_allclose(exponential_decay(1.0, 4, final_fraction=0.01), expected, rtol=1e-7)


def test_polynomial_by_hand():
    table = polynomial_decay(1.0, 4, power=3, final_fraction=0.5)
    np.testing.assert_array_equal(table, [1.0, 0.5 + 27 / 128, 0.5 + 1 / 16, 0.5 + 1 / 128])
    np.testing.assert_array_equal(polynomial_decay(0.3, 50, power=1), linear_decay(0.3, 50))


def test_constant_by_hand():
    np.testing.assert_array_equal(constant(0.5, 4, warmup_steps=2), [0.25, 0.5, 0.5, 0.5])


@pytest.mark.parametrize(
    ("decay", "halfway"), [(cosine_decay, 0.55), (linear_decay, 0.55), (polynomial_decay, 0.325)]
)
def test_final_fraction(decay, halfway):
    table = decay(1.0, 1000, final_fraction=0.1)
    assert table[0] == 1.0
    assert table[500] == pytest.approx(halfway, rel=1e-6)
    # Approached, not reached: the end of the curve is step 1000.
    assert 0.1 <= table[-1] < 0.1 + 0.9 / 1000 + 1e-6
    np.testing.assert_array_equal(decay(1.0, 5, final_fraction=1), np.ones(5, "float32"))


def test_no_step_is_spent_at_zero():
    assert cosine_decay(0.1, 100_000).min() > 0
    assert linear_decay(0.1, 100_000).min() > 0
    assert polynomial_decay(0.1, 100_000).min() > 0


@pytest.mark.parametrize("decay", DECAYS)
def test_warmup(decay):
    table = decay(0.4, 12, warmup_steps=4)
    np.testing.assert_allclose(table[:4], [0.1, 0.2, 0.3, 0.4], rtol=1e-7)
    assert table[4] == np.float32(0.4)
    assert table.dtype == np.float32
    assert table.shape == (12,)
    assert table[-1] < 0.2


@pytest.mark.parametrize("decay", [*CURVES, exponential_decay])
def test_the_decay_runs_over_what_the_warmup_leaves(decay):
    np.testing.assert_array_equal(decay(0.4, 12, warmup_steps=4)[4:], decay(0.4, 8))


def test_a_warmup_moves_no_step_boundary():
    table = multi_step_decay(1.0, 20, at=(0.6,), factor=0.5, warmup_steps=5)
    np.testing.assert_array_equal(table[5:], np.float32([1.0] * 7 + [0.5] * 8))
    table = step_decay(1.0, 20, every_steps=12, factor=0.5, warmup_steps=5)
    np.testing.assert_array_equal(table[5:], np.float32([1.0] * 7 + [0.5] * 8))


def test_boundaries_fall_on_the_step_that_the_share_names():
    """0.07 * 100 is above 7 in floats, so comparing with the product would come a step late."""
    assert 0.07 * 100 > 7
    for hundredth in range(1, 100):
        table = multi_step_decay(1.0, 100, at=(hundredth / 100,))
        assert int((table == 1).sum()) == hundredth


def test_rounded_once():
    """float32 of the float64 value, at every step."""
    progress = np.arange(1000) / 1000
    expected = [0.3 * (1 + math.cos(math.pi * p)) / 2 for p in progress]
    np.testing.assert_allclose(cosine_decay(0.3, 1000), expected, rtol=6e-8)


def test_with_warmup_takes_any_decay():
    table = with_warmup(lambda step: 1 / (step - 1), peak=1.0, steps=5, warmup_steps=2)
    np.testing.assert_allclose(table, [0.5, 1.0, 1.0, 1 / 2, 1 / 3], rtol=1e-7)


@pytest.mark.parametrize("decay", [constant, *DECAYS])
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"peak": 0.0}, "peak must be a number above 0; got 0.0"),
        ({"peak": float("nan")}, "peak must be"),
        ({"peak": float("inf")}, "peak must be"),
        ({"peak": "0.1"}, "peak must be"),
        ({"steps": 0}, "steps must be a whole number of at least 1; got 0"),
        ({"steps": 10.0}, "steps must be a whole number"),
        ({"warmup_steps": 10}, "warmup_steps must be .* from 0 to 9.* got 10"),
        ({"warmup_steps": -1}, "warmup_steps must be"),
        ({"warmup_steps": 2.5}, "warmup_steps must be"),
    ],
)
def test_mistakes(decay, wrong, message):
    arguments = {"peak": 0.1, "steps": 10, "warmup_steps": 0, **wrong}
    with pytest.raises(RecipeError, match=message):
        decay(arguments["peak"], arguments["steps"], warmup_steps=arguments["warmup_steps"])


@pytest.mark.parametrize("decay", CURVES)
@pytest.mark.parametrize("fraction", [-0.1, 1.1, "0", True])
def test_final_fraction_outside_its_range(decay, fraction):
    with pytest.raises(RecipeError, match=r"final_fraction must be in \[0, 1\]"):
        decay(0.1, 10, final_fraction=fraction)


@pytest.mark.parametrize("at", [(), (0.5, 0.5), (0.75, 0.5), (0.0,), (1.0,), 0.5, ("0.5",)])
def test_wrong_boundaries(at):
    with pytest.raises(RecipeError, match="at must hold rising shares"):
        multi_step_decay(0.1, 10, at=at)


def test_a_boundary_inside_the_warmup():
    with pytest.raises(RecipeError, match="at must lie after the warm-up, which takes 5 of 10"):
        multi_step_decay(0.1, 10, warmup_steps=5)


@pytest.mark.parametrize("factor", [0.0, 1.0, 10, "0.1"])
def test_wrong_factor(factor):
    with pytest.raises(RecipeError, match=r"factor must be in \(0, 1\)"):
        multi_step_decay(0.1, 10, factor=factor)
    with pytest.raises(RecipeError, match=r"factor must be in \(0, 1\)"):
        step_decay(0.1, 10, every_steps=5, factor=factor)


@pytest.mark.parametrize("every", [0, -1, 2.0, None])
def test_wrong_intervals(every):
    with pytest.raises(RecipeError, match="every_steps must be a whole number of at least 1"):
        step_decay(0.1, 10, every_steps=every)


def test_an_interval_within_the_warmup():
    with pytest.raises(RecipeError, match="every_steps must not end within the warm-up of 5"):
        step_decay(0.1, 10, every_steps=4, warmup_steps=5)


@pytest.mark.parametrize("power", [0, -1, float("nan"), float("inf"), "2"])
def test_wrong_power(power):
    with pytest.raises(RecipeError, match="power must be a number above 0"):
        polynomial_decay(0.1, 10, power=power)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, "0.1"])
def test_an_exponential_needs_a_final_rate_between_0_and_the_peak(fraction):
    with pytest.raises(RecipeError, match=r"final_fraction must be in \(0, 1\)"):
        exponential_decay(0.1, 10, final_fraction=fraction)
