"""The picture of a gradient noise scale: over training, and what a batch size costs by it."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure  # not pyplot: no window, no global state
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from keras_recipes.report.panel import (
    FAINT,
    FONT_POINTS,
    INK,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)
from keras_recipes.tuning import NoiseScaleOverTraining, relative_examples, relative_steps

_BAND = 0.2
"""Opacity of an interval."""


def draw_noise_scale(
    found: NoiseScaleOverTraining, out: Path, *, steps_per_epoch: int, batch_size: int
):
    """Draw the noise scale over the epochs, and steps and examples over the batch size.

    Args:
        found: what was measured; a part without a usable estimate leaves a gap.
        out: the PNG.
        steps_per_epoch: to tell epochs from steps.
        batch_size: the one that was trained with, to be marked: images an update.
    """
    figure = Figure(figsize=(5.5, 6.6), layout="constrained", facecolor="white")
    over, cost = figure.subplots(2, height_ratios=[1.1, 1])
    _draw_over_training(over, found, steps_per_epoch, batch_size)
    _draw_cost(cost, found.average if found.average.value is not None else found.whole, batch_size)
    for axis in (over, cost):
        style_panel(axis)
    figure.savefig(out, dpi=120)


def three_digits(value: float) -> str:
    """`2700` for 2695.4, `0.0312` for 0.03123."""
    return f"{float(f'{value:.3g}'):g}"


def _draw_over_training(axis, found, steps_per_epoch, batch_size):
    usable = [part for part in found.parts if part.value is not None]
    for part in usable:
        first, last = part.first_step / steps_per_epoch, part.last_step / steps_per_epoch
        axis.errorbar(
            (first + last) / 2, part.value, ([part.value - part.low], [part.high - part.value]),
            xerr=(last - first) / 2, fmt="o", markersize=4, color=VALIDATION["color"],
            linewidth=1.4, capsize=3,
            label="of a part, 95 % interval" if part is usable[0] else None,
        )  # fmt: skip
    if found.average.value is not None:
        axis.axhspan(found.average.low, found.average.high, color=TRAINING["color"],
                     alpha=_BAND, linewidth=0)  # fmt: skip
        axis.axhline(found.average.value, color=TRAINING["color"], linewidth=1.6, linestyle="--",
                     label=f"average, {three_digits(found.average.value)}")  # fmt: skip
    axis.axhline(batch_size, color=FAINT, linewidth=1, linestyle=":", label="in use")
    if not usable:
        axis.text(0.5, 0.8, "no usable estimate", transform=axis.transAxes, ha="center",
                  va="center", color=INK)  # fmt: skip
    axis.set_yscale("log")
    _few_ticks(axis.yaxis)
    axis.set_xlabel("epoch", fontsize=FONT_POINTS, color=INK)
    head_panel(axis, "Gradient noise scale (images)")


def _draw_cost(axis, scale, batch_size):
    if scale.value is None:
        axis.set_axis_off()
        return
    sizes = np.geomspace(min(scale.value, batch_size) / 16, max(scale.value, batch_size) * 16, 200)
    for cost, name, style in (
        (relative_steps, "steps", VALIDATION),
        (relative_examples, "examples", TRAINING),
    ):
        ends = [[cost(size, critical) for size in sizes] for critical in (scale.low, scale.high)]
        axis.fill_between(sizes, *ends, color=style["color"], alpha=_BAND, linewidth=0)
        axis.plot(sizes, [cost(size, scale.value) for size in sizes], label=name, linewidth=1.6,
                  **style)  # fmt: skip
    axis.axvline(batch_size, color=FAINT, linewidth=1, linestyle=":", label="in use")
    axis.set(xscale="log", yscale="log", xlim=(sizes[0], sizes[-1]), ylim=(0.9, 20))
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_formatter(_short)
    _few_ticks(axis.yaxis)
    axis.set_xlabel("images an update", fontsize=FONT_POINTS, color=INK)
    head_panel(axis, "What a batch size costs, relative to the least")


def _few_ticks(axis):
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(_short)


_short = FuncFormatter(lambda value, position: f"{value:g}")
