"""LossCurve on curves whose answer is known: spikes, noise, divergence, none at all."""

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.tuning import LossCurve
from keras_recipes.tuning.loss_curve import RULES

RATES = np.geomspace(1e-6, 10, 100)


def losses(fastest=1e-2, diverges=1.0, noise=0.0, seed=0):
    """A fall from 2.3 to 0.8 around the rate `fastest`, and a rise around `diverges`."""
    logs = np.log10(RATES)
    fall = 1.5 / (1 + np.exp(-4 * (logs - np.log10(fastest))))
    rise = np.exp(3 * (logs - np.log10(diverges)))
    jitter = np.random.default_rng(seed).normal(0, noise, len(RATES))
    return 2.3 - fall + np.minimum(rise, 1e6) + jitter


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.15])
def test_each_rule_finds_its_point(noise):
    for seed in range(10 if noise else 1):
        curve = LossCurve(RATES, losses(noise=noise, seed=seed))
        assert 3e-3 < curve.suggest("steepest").rate < 4e-2
        assert 5e-3 < curve.suggest("minimum/10").rate < 6e-2
        assert 1e-2 < curve.suggest("valley").rate < 2e-1
        # Half of the descent is done at 1e-2 and lost again near 1: the middle is 1e-1.
        assert 6e-2 < curve.suggest("middle").rate < 1.5e-1
        assert curve.suggest() == curve.suggest("middle")


def range_test_of_quadratic(random, curvatures, gradient_noise, noise):
    """Losses that a range test sees, descending on a quadratic by noisy gradients."""
    place, seen = random.normal(size=len(curvatures)), []
    for rate in RATES:
        loss = 0.5 * np.sum(curvatures * place**2)
        seen.append(loss * (1 + noise * random.normal()))
        if loss > 1e3:
            break
        gradient = curvatures * place + gradient_noise * random.normal(size=len(curvatures))
        place = place - rate * gradient
    return RATES[: len(seen)], np.array(seen)


def best_constant_rate(curvatures, gradient_noise, steps=200):
    """Of the expected loss, which follows from that of each squared distance, 1 to begin with."""
    stable = RATES[RATES * curvatures.max() < 2]
    losses = []
    for rate in stable:
        shrink = (1 - rate * curvatures) ** 2
        still = (rate * gradient_noise) ** 2 / (1 - shrink)  # where it settles
        squares = shrink**steps + still * (1 - shrink**steps)
        losses.append(np.sum(curvatures * squares))
    return stable[int(np.argmin(losses))]


@pytest.mark.parametrize("noise", [0.02, 0.3])
def test_middle_is_near_the_best_rate_of_quadratics(noise):
    curvatures = np.geomspace(0.03, 3, 40)
    best = best_constant_rate(curvatures, 0.1)
    curves = [
        LossCurve(*range_test_of_quadratic(np.random.default_rng(seed), curvatures, 0.1, noise))
        for seed in range(30)
    ]
    off = [abs(np.log((curve.suggest().rate or np.inf) / best)) for curve in curves]
    assert np.mean(np.array(off) < np.log(3)) >= 0.9


def test_a_spike_moves_nothing():
    clean = losses(noise=0.02)
    spiked = clean.copy()
    spiked[[3, 40]] = 30.0, 25.0
    for rule in RULES:
        rate = LossCurve(RATES, clean).suggest(rule).rate
        assert LossCurve(RATES, spiked).suggest(rule).rate == pytest.approx(rate, rel=0.5)


def test_divergence_and_what_follows_weigh_nothing():
    whole = losses(noise=0.02)
    ended = whole.copy()
    ended[-8:] = np.nan
    for rule in RULES:
        rate = LossCurve(RATES, whole).suggest(rule).rate
        assert LossCurve(RATES, ended).suggest(rule).rate == pytest.approx(rate, rel=0.3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.full(100, 2.3), "falls by 0"),
        (losses(fastest=10, diverges=1e9), "still falls"),
        (2.3 + np.geomspace(1e-3, 50, 100), "falls by 0.000"),
        (np.r_[losses()[:12], np.full(88, np.nan)], "only 12 losses"),
    ],
)
def test_no_valley_no_rate(values, reason):
    for rule in RULES:
        suggestion = LossCurve(RATES, values).suggest(rule)
        assert suggestion.rate is None
        assert reason in suggestion.reason


def test_noise_alone_has_no_valley():
    found = [
        LossCurve(RATES[:n], 2.3 + np.random.default_rng(seed).normal(0, 0.1, n)).suggest().rate
        for n in (20, 30, 100)
        for seed in range(300)
    ]
    assert sum(rate is not None for rate in found) <= 3


def test_losses_of_any_scale_and_sign():
    rate = LossCurve(RATES, losses(noise=0.02)).suggest().rate
    small = LossCurve(RATES, 1e-3 * losses(noise=0.02)).suggest().rate
    negative = LossCurve(RATES, losses(noise=0.02) - 100).suggest().rate
    assert small == pytest.approx(rate)
    assert negative == pytest.approx(rate, rel=0.3)


@pytest.mark.parametrize(
    ("rates", "values", "where"),
    [
        (RATES, losses()[:-1], "LossCurve.losses"),
        (RATES[::-1], losses(), "LossCurve.rates"),
        (RATES - 1e-6, losses(), "LossCurve.rates"),
        (RATES, np.full(100, np.nan), "LossCurve.losses"),
        (RATES * np.nan, losses(), "LossCurve.rates"),
    ],
)
def test_what_is_no_curve(rates, values, where):
    with pytest.raises(RecipeError) as caught:
        LossCurve(rates, values)
    assert caught.value.where == where
