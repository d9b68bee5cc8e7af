"""Accuracy against the number of training images, with the law and what it foresees."""

import numpy as np
from matplotlib.figure import Figure  # not pyplot: no window, no global state
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from keras_recipes.report.panel import (
    FONT_POINTS,
    INK,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)
from keras_recipes.studies.power_law import interval


def draw_learning_curve(curve, name: str) -> Figure:
    """Draw a dot a seed, the fitted law with the middle 95 % of resampled ones, and twice the data.

    Args:
        curve: `LearningCurve`.
        name: for the title.
    """
    figure = Figure(figsize=(6.5, 4), layout="constrained", facecolor="white")
    axis = figure.subplots()
    images = np.asarray(curve.images, np.float64)
    fine = np.geomspace(images[0], 2 * images[-1], 60)
    if curve.laws:
        bands = [interval([law.error(each) for law in curve.laws]) for each in fine]
        axis.fill_between(fine, [1 - high for _, high in bands], [1 - low for low, _ in bands],
                          color=VALIDATION["color"], alpha=0.15, linewidth=0)  # fmt: skip
    measured = fine <= images[-1]
    axis.plot(fine[measured], 1 - curve.law.error(fine[measured]), label="law", **VALIDATION)
    axis.plot(fine[~measured], 1 - curve.law.error(fine[~measured]), label="foreseen", **TRAINING)
    for column in curve.errors.T:
        axis.plot(images, 1 - column, linestyle="", marker="o", markersize=4, alpha=0.5, color=INK)
    axis.set_xscale("log", base=2)
    axis.xaxis.set_major_locator(FixedLocator([*images, 2 * images[-1]]))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:.0f}"))
    axis.set_xlabel("training images", fontsize=FONT_POINTS, color=INK)
    style_panel(axis)
    head_panel(axis, f"{name}: test accuracy, a dot a seed")
    return figure
