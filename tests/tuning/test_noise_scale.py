"""The noise scale's estimates and error bars, on numbers worked by hand and simulated gradients."""

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.tuning.noise_scale import (
    Measurement,
    _student,
    estimate_noise_scale,
    noise_scale_over_training,
    relative_examples,
    relative_steps,
    unbiased_estimates,
)


def test_two_equations_solved_by_hand():
    # |G|^2 = 3 and tr(Sigma) = 40: at 8 examples 3 + 5, at 20 examples 3 + 2.
    assert unbiased_estimates(8.0, 5.0, 8, 20) == pytest.approx((3.0, 40.0))
    # Nothing but noise: at 10 and 40 examples 4 and 1 of tr(Sigma) = 40.
    assert unbiased_estimates(4.0, 1.0, 10, 40) == pytest.approx((0.0, 40.0))
    for small, large in ((8, 8), (20, 8), (0, 8)):
        with pytest.raises(RecipeError, match="unbiased_estimates"):
            unbiased_estimates(8.0, 5.0, small, large)


def simulate(seed, squared, variance, *, weights=20, small_batch=32, factor=16):
    """Measurements on gradients of normal distribution, of the given |G|^2 and tr(Sigma)."""
    random = np.random.default_rng(seed)
    measurements = []
    for step, (square, total) in enumerate(zip(squared, variance, strict=True)):
        spread = np.sqrt(total / weights / small_batch)
        gradients = random.normal(0, spread, (factor, weights))
        gradients[:, 0] += np.sqrt(square)
        small = np.square(gradients).sum(axis=1).mean()
        large = np.square(gradients.mean(axis=0)).sum()
        estimates = unbiased_estimates(small, large, small_batch, small_batch * factor)
        measurements.append(Measurement(step, *estimates))
    return measurements


def test_the_estimates_are_unbiased_also_of_no_gradient_at_all():
    many = simulate(0, np.zeros(4000), np.full(4000, 50.0))
    squares = np.array([each.squared_gradient for each in many])
    variances = np.array([each.gradient_variance for each in many])
    assert abs(squares.mean()) < 4 * squares.std() / np.sqrt(4000)
    assert abs(variances.mean() - 50) < 4 * variances.std() / np.sqrt(4000)
    assert (squares < 0).any()


@pytest.mark.parametrize("count", [10, 40])
@pytest.mark.parametrize("scale", [50.0, 300.0])
def test_the_interval_holds_the_truth_as_often_as_it_says(count, scale):
    found = [
        estimate_noise_scale(simulate(seed, np.ones(count), np.full(count, scale)))
        for seed in range(400)
    ]
    usable = [each for each in found if each.value is not None]
    assert len(usable) > 390
    held = np.mean([each.low <= scale <= each.high for each in usable])
    assert 0.925 <= held <= 0.985  # 0.95, standard error 0.011
    # The truth is missed on both sides, and the bars are no wider than they need be.
    assert np.median([each.high / each.low for each in usable]) < 4


def test_slow_change_is_no_noise():
    progress = np.linspace(0, 1, 100)
    squared, variance = np.exp(-3 * progress), 50 * np.exp(-progress)
    truth = variance.mean() / squared.mean()
    found = [estimate_noise_scale(simulate(seed, squared, variance)) for seed in range(400)]
    assert 0.92 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.985


def test_the_average_over_training_is_of_the_noise_scale_itself():
    progress = np.linspace(0, 1, 160)
    squared, variance = np.exp(-3 * progress), 50 * np.exp(-progress)
    truth = (variance / squared).mean()  # 160, where the ratio of the averages is 100
    found = [noise_scale_over_training(simulate(seed, squared, variance)) for seed in range(200)]
    assert all(len(each.parts) == 8 for each in found)
    averages = [each.average for each in found]
    assert np.mean([each.value for each in averages]) == pytest.approx(truth, rel=0.02)
    assert 0.91 <= np.mean([each.low <= truth <= each.high for each in averages]) <= 0.995
    assert np.mean([each.whole.value for each in found]) == pytest.approx(
        variance.mean() / squared.mean(), rel=0.02
    )
    first = found[0].parts
    assert [each.first_step for each in first] == list(range(0, 160, 20))
    assert first[-1].value > 4 * first[0].value


def test_it_divides_less_where_parts_would_be_unusable():
    flat = noise_scale_over_training(simulate(0, np.ones(40), np.full(40, 50.0)))
    assert [each.measurements for each in flat.parts] == [10] * 4
    few = noise_scale_over_training(simulate(0, np.ones(20), np.full(20, 50.0)))
    assert few.average.value is None
    assert "part 1 of 4" in few.average.reason
    assert few.whole.value == pytest.approx(50, rel=0.3)


def test_no_number_where_noise_is_all_there_is():
    noise = estimate_noise_scale(simulate(0, np.zeros(50), np.ones(50)))
    assert noise.value is noise.low is noise.high is None
    assert "not clearly above 0" in noise.reason
    assert (noise.measurements, noise.first_step, noise.last_step) == (50, 0, 49)
    few = estimate_noise_scale(simulate(0, np.ones(7), np.ones(7)))
    assert few.value is None
    assert "7 measurements are too few" in few.reason
    same = [Measurement(step, 1.0, 0.0) for step in range(10)]
    assert "there is no noise" in estimate_noise_scale(same).reason
    broken = [*same, Measurement(10, float("nan"), 1.0)]
    assert "not finite" in estimate_noise_scale(broken).reason
    assert estimate_noise_scale([]).first_step is None
    seldom = [estimate_noise_scale(simulate(seed, np.zeros(50), np.ones(50))) for seed in range(99)]
    assert sum(each.value is not None for each in seldom) <= 1


def test_students_quantile_by_the_tables():
    for freedom, quantile in ((4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)):
        assert _student(freedom) == pytest.approx(quantile, rel=6e-3)


def test_the_trade_off():
    assert relative_steps(100, 100) == relative_examples(100, 100) == 2
    assert relative_steps(25, 100) == 5
    assert relative_examples(25, 100) == 1.25
    # (S / S_min - 1) (E / E_min - 1) = 1 at every batch size.
    for size in (1, 30, 4000):
        product = (relative_steps(size, 170) - 1) * (relative_examples(size, 170) - 1)
        assert product == pytest.approx(1)
    with pytest.raises(RecipeError, match=r"relative_steps.batch_size must be a number, above 0"):
        relative_steps(0, 100)
    with pytest.raises(RecipeError, match="critical_batch_size"):
        relative_examples(10, float("nan"))
