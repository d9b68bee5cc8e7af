"""The noise scale's estimates and error bars, on numbers worked by hand and simulated gradients."""

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.tuning.noise_scale import (
    _student,
    estimate_noise_scale,
    measure,
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
        measurements.append(measure(step, gradients @ gradients.T, small_batch))
    return measurements


def test_a_measurement_is_the_papers_two_equations():
    gradients = np.random.default_rng(0).normal(1, 2, (16, 5))
    small = np.square(gradients).sum(axis=1).mean()
    large = np.square(gradients.mean(axis=0)).sum()
    found = measure(7, gradients @ gradients.T, 8)
    expected = unbiased_estimates(small, large, 8, 128)
    assert (found.squared_gradient, found.gradient_variance) == pytest.approx(expected)
    assert (found.step, found.freedom) == (7, 15)


@pytest.mark.parametrize("square", [0.0, 0.3, 20.0])
def test_the_estimates_are_unbiased_and_so_is_what_they_say_of_their_error(square):
    many = simulate(0, np.full(3000, square), np.full(3000, 50.0))
    squares = np.array([each.squared_gradient for each in many])
    variances = np.array([each.gradient_variance for each in many])
    assert abs(squares.mean() - square) < 4 * squares.std() / np.sqrt(3000)
    assert abs(variances.mean() - 50) < 4 * variances.std() / np.sqrt(3000)
    assert square or (squares < 0).any()
    told = np.mean([each.covariance for each in many], axis=0)
    scatter = np.cov(squares, variances)
    # Where there is nothing but noise it errs on the safe side.
    assert 0.88 < told[0] / scatter[0, 0] < (1.12 if square else 1.5)
    assert told[2] == pytest.approx(scatter[1, 1], rel=0.12)


@pytest.mark.parametrize(("count", "scale"), [(1, 50.0), (10, 50.0), (10, 300.0), (40, 400.0)])
def test_the_interval_holds_the_truth_as_often_as_it_says(count, scale):
    found = [
        estimate_noise_scale(simulate(seed, np.ones(count), np.full(count, scale)))
        for seed in range(400)
    ]
    usable = [each for each in found if each.value is not None]
    assert len(usable) > 380
    held = np.mean([each.low <= scale <= each.high for each in usable])
    assert 0.92 <= held <= 0.985  # 0.95, standard error 0.011
    assert np.mean([each.value for each in usable]) == pytest.approx(scale, rel=0.03)


def test_a_gradient_that_falls_fast_widens_nothing():
    squared, variance = 30 * np.exp(-np.arange(20.0)) + 1, np.full(20, 50.0)
    truth = variance.mean() / squared.mean()
    found = [estimate_noise_scale(simulate(seed, squared, variance)) for seed in range(400)]
    assert 0.92 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.985
    assert np.median([each.high / each.low for each in found]) < 1.5


@pytest.mark.parametrize(("count", "scale"), [(40, 50.0), (80, 100.0)])
def test_the_average_over_training_is_of_the_noise_scale_itself(count, scale):
    progress = np.linspace(0, 1, count)
    squared, variance = np.exp(-3 * progress), scale * np.exp(-progress)
    truth = (variance / squared).mean()  # 1.6 times the ratio of the averages
    found = [
        noise_scale_over_training(simulate(seed, squared, variance, weights=100))
        for seed in range(80)
    ]
    averages = [each.average for each in found]
    assert all(each.value is not None for each in averages)
    assert np.mean([each.value for each in averages]) == pytest.approx(truth, rel=0.03)
    assert np.mean([each.low <= truth <= each.high for each in averages]) >= 0.88
    assert np.mean([each.whole.value for each in found]) == pytest.approx(
        variance.mean() / squared.mean(), rel=0.02
    )
    one = found[0]
    assert [each.first_step for each in one.quarters] == [n * count // 4 for n in range(4)]
    assert sum(each.measurements for each in one.parts) == one.average.measurements == count
    assert one.quarters[-1].value > 3 * one.quarters[0].value


def test_parts_are_as_short_as_they_can_be_told():
    squared, variance = np.ones(40), np.full(40, 50.0)
    clear = noise_scale_over_training(simulate(0, squared, variance, weights=1000))
    assert [each.measurements for each in clear.parts] == [1] * 40
    noisy = noise_scale_over_training(simulate(0, squared, 100 * variance, weights=1000))
    assert 4 <= len(noisy.parts) < 40
    lost = noise_scale_over_training(simulate(0, squared, 5000 * variance, weights=1000))
    assert lost.average.value is None
    assert "quarter 1 of the training has none: |G|^2 is" in lost.average.reason
    assert len(lost.parts) == 4


def test_no_number_where_noise_is_all_there_is():
    noise = estimate_noise_scale(simulate(0, np.zeros(50), np.ones(50)))
    assert noise.value is noise.low is noise.high is None
    assert "not clearly above 0" in noise.reason
    assert (noise.measurements, noise.first_step, noise.last_step) == (50, 0, 49)
    assert "there is no noise" in estimate_noise_scale([measure(0, np.ones((8, 8)), 4)]).reason
    assert estimate_noise_scale([]).reason == "nothing has been measured"
    assert noise_scale_over_training([]).average.value is None
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
