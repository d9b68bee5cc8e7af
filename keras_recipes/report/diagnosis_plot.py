"""The picture of a diagnosis: scales by layer, and what was learnt by heart."""

from matplotlib.figure import Figure  # not pyplot: no window, no global state

from keras_recipes.diagnosis.diagnose import Diagnosis
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

_MOST_NAMES = 12


def draw_diagnosis(diagnosis: Diagnosis, title: str) -> Figure:
    """Draw one batch's scales by layer and, where it was tried, the losses of learning by heart.

    Args:
        diagnosis: one with a `passage`.
        title: what was looked at.
    """
    panels = 1 if diagnosis.tried is None else 2
    figure = Figure(figsize=(4.6 * panels, 3.9), layout="constrained", facecolor="white")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    figure.suptitle(title, fontsize=FONT_POINTS + 1, color=INK, x=0.01, ha="left")
    _draw_scales(axes[0], diagnosis.passage.weighted)
    if diagnosis.tried is not None:
        _draw_losses(axes[1], diagnosis.tried)
    return figure


def _draw_scales(axis, layers):
    style_panel(axis)
    axis.set_yscale("log")
    places = range(len(layers))
    for values, style, label in (
        ([each.deviation for each in layers], VALIDATION, "output, standard deviation"),
        ([each.gradient for each in layers], TRAINING, "gradient by the output, root mean square"),
    ):
        shown = [value if value else float("nan") for value in values]  # a logarithm has no 0
        axis.plot(places, shown, marker="o", markersize=3.5, linewidth=1.4, label=label, **style)
    names = [each.name for each in layers]
    every = -(-len(names) // _MOST_NAMES)
    axis.set_xticks(list(places)[::every], names[::every], rotation=40, ha="right")
    axis.legend(frameon=False, fontsize=FONT_POINTS - 1, labelcolor=INK)
    head_panel(axis, "one batch, forward and back", legend=False)


def _draw_losses(axis, tried):
    style_panel(axis)
    axis.set_yscale("log")
    for name, curve, style in (
        ("real images", tried.real, VALIDATION), ("blanked", tried.blank, LOSS),
        ("real images", tried.other, TRAINING),
    ):  # fmt: skip
        if curve is not None:
            rate = "" if curve.rate is None else f", rate {curve.rate:.3g}"
            axis.plot(range(1, curve.steps + 1), curve.nll, linewidth=1.4, label=name + rate,
                      **style)  # fmt: skip
    near_zero = tried.real.near_zero
    axis.axhline(near_zero, color=FAINT, linewidth=1)
    axis.annotate("known by heart below", (1, near_zero), xycoords=("axes fraction", "data"),
                  xytext=(0, 3), textcoords="offset points", ha="right",
                  fontsize=FONT_POINTS - 2, color=FAINT)  # fmt: skip
    lowest = min(
        near_zero, min(tried.real.nll), min(tried.other.nll if tried.other else [near_zero])
    )
    axis.set_ylim(bottom=0.5 * lowest)
    axis.legend(frameon=False, fontsize=FONT_POINTS - 1, labelcolor=INK)
    head_panel(axis, "by heart: negative log-likelihood", legend=False)
    axis.set_xlabel("step", fontsize=FONT_POINTS, color=INK)
