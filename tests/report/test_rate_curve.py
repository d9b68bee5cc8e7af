import io

import numpy as np
import pytest

from keras_recipes.report.rate_curve import draw_rate_curve
from keras_recipes.tuning import LossCurve
from keras_recipes.tuning.find_lr import combine
from keras_recipes.tuning.loss_curve import RULES

RATES = np.geomspace(1e-6, 10, 100)


def curves(depth, count=3):
    logs = np.log10(RATES)
    losses = 2.3 - depth / (1 + np.exp(-2 * (logs + 2))) + np.minimum(np.exp(3 * logs), 1e6)
    noise = [np.random.default_rng(seed).normal(0, 0.08, len(RATES)) for seed in range(count)]
    return [LossCurve(RATES, losses + each) for each in noise]


def drawn(figure):
    return {line.get_label(): line for line in figure.axes[0].get_lines()}


def test_every_test_and_every_rule_is_drawn():
    tests = curves(1.5)
    found = combine(tests, "steepest")
    figure = draw_rate_curve(found, "steepest", own_rate=0.1)
    lines = figure.axes[0].get_lines()
    for test in tests:
        for values in (test.losses, test.smoothed):
            assert any(np.array_equal(values, line.get_ydata()) for line in lines)
    for rule in RULES:
        rate = combine(tests, rule).rate
        assert drawn(figure)[f"{rule} {rate:.2g}"].get_xdata() == [rate, rate]
    assert drawn(figure)["the recipe's 0.1"].get_xdata() == [0.1]
    (band,) = figure.axes[0].patches
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((found.low, found.high))
    title = f"{found.rate:.2g} ({found.low:.2g} to {found.high:.2g} in 3 tests)"
    assert title in figure.axes[0].get_title("left")
    assert figure.axes[0].get_xscale() == "log"
    low, high = figure.axes[0].get_ylim()
    assert low < min(test.losses.min() for test in tests)
    assert high < 5  # divergence does not press the valley flat
    figure.savefig(io.BytesIO(), format="png")


def test_without_a_valley_there_is_the_reason_and_no_rate():
    found = combine([LossCurve(RATES, np.full(100, 2.3))], "valley")
    figure = draw_rate_curve(found, "valley")
    assert "No usable valley in 1 of 1: the loss" in figure.axes[0].get_title("left")
    assert set(drawn(figure)) == {"losses", "smoothed"}
    figure.savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize("losses", [[2.3, np.nan], [2.3, 5.0, np.nan], [2.3, 2.2, np.inf]])
def test_a_loss_that_is_no_number_soon_is_drawn(losses):
    found = combine([*curves(1.5, 1), LossCurve(RATES[: len(losses)], losses)], "valley")
    alone = combine([LossCurve(RATES[: len(losses)], losses)], "valley")
    for each in (found, alone):
        figure = draw_rate_curve(each, "valley")
        low, high = figure.axes[0].get_ylim()
        assert low < losses[0] < high
        figure.savefig(io.BytesIO(), format="png")
    assert "No usable valley in 1 of 1" in figure.axes[0].get_title("left").replace("\n", " ")
