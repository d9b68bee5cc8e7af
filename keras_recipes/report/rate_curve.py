"""The picture of range tests: losses against the learning rate, and what each rule says."""

import textwrap

import numpy as np
from matplotlib.figure import Figure  # not pyplot: no window, no global state

from keras_recipes.report.panel import (
    FAINT,
    FONT_POINTS,
    INK,
    LOSS,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)
from keras_recipes.tuning.find_lr import FoundRate, combine
from keras_recipes.tuning.loss_curve import RULES


def draw_rate_curve(found: FoundRate, rule: str, *, own_rate: float | None = None) -> Figure:
    """Draw every test: the loss of each update as a dot, its smoothed curve as a line.

    The rate by `rule` is marked with its interval over the tests, those by the other rules without
    theirs. Losses far above those that a test begins with are left out of the frame.

    Args:
        found: what `find_lr` returned.
        rule: the one that the suggestion is by.
        own_rate: the rate that the recipe has, to be marked as well.
    """
    figure = Figure(figsize=(7.5, 3.6), layout="constrained", facecolor="white")
    axis = figure.subplots()
    style_panel(axis)
    axis.set_xscale("log")
    for number, curve in enumerate(found.curves):
        axis.plot(curve.rates, curve.losses, linestyle="", marker=".", markersize=3, color=FAINT,
                  alpha=0.5, label="_" if number else "losses", zorder=2)  # fmt: skip
        axis.plot(curve.rates, curve.smoothed, color=INK, linewidth=1.3, zorder=3,
                  label="_" if number else "smoothed")  # fmt: skip
    axis.set_ylim(*_frame(found.curves))
    if found.rate is not None:
        axis.axvspan(found.low, found.high, color=VALIDATION["color"], alpha=0.15, linewidth=0)
    others = iter((TRAINING, LOSS))
    for each in sorted(RULES, key=lambda name: name != rule):
        style = VALIDATION if each == rule else next(others, LOSS)
        rate = found.rate if each == rule else combine(found.curves, each).rate
        if rate is not None:
            axis.axvline(rate, linewidth=1.6, label=f"{each} {rate:.2g}", zorder=4, **style)
    if own_rate is not None:
        axis.plot(own_rate, 0, marker="^", markersize=8, color=INK, linestyle="", clip_on=False,
                  transform=axis.get_xaxis_transform(), label=f"the recipe's {own_rate:.2g}",
                  zorder=5)  # fmt: skip
    head_panel(axis, _title(found), legend=False)
    figure.legend(loc="outside right upper", frameon=False, fontsize=FONT_POINTS, labelcolor=INK)
    axis.set_xlabel("learning rate", fontsize=FONT_POINTS, color=INK)
    axis.set_ylabel("training loss of the update", fontsize=FONT_POINTS, color=INK)
    return figure


def _title(found):
    if found.rate is None:
        return "\n".join(textwrap.wrap(f"No usable valley in {found.reason}", 58))
    return (
        f"Suggested: {found.rate:.2g} ({found.low:.2g} to {found.high:.2g} in {count_tests(found)})"
    )


def count_tests(found: FoundRate) -> str:
    """`3 tests`, or `2 of 3 tests` where the others have no usable valley."""
    count = len(found.curves)
    which = f"{count}" if found.valleys == count else f"{found.valleys} of {count}"
    return f"{which} {'test' if count == 1 else 'tests'}"


def _frame(curves):
    """Lowest and highest loss to show."""
    losses = [curve.losses[np.isfinite(curve.losses)] for curve in curves]
    first = [np.median(each[: max(5, len(each) // 10)]) for each in losses]
    finite = np.concatenate(losses)
    low, start = float(finite.min()), float(max(first))
    noise = float(np.quantile(finite[finite <= 2 * start - low], 0.99))
    high = max(start + 0.4 * (start - low), noise)
    margin = 0.05 * (high - low) or 0.5
    return low - margin, high + margin
