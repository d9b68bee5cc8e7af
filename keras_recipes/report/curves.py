"""The curves of a run: likelihood, accuracy and learning rate, epoch by epoch."""

import itertools
import math

from matplotlib.figure import Figure  # not pyplot: no window, no global state
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from keras_recipes.recipe.pretrain.as_phase import NAME as PRETRAINING
from keras_recipes.report.panel import (
    FAINT,
    FONT_POINTS,
    INK,
    LOSS,
    PROBE,
    TITLE_PAD,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)


def draw_curves(records, *, best_epoch: int | None = None) -> Figure:
    """Draw what `metrics.jsonl` holds, on white, in three panels over one axis of epochs.

    Training values are averages taken while the epoch ran, on images as they are augmented;
    validation follows each epoch. The training loss is drawn where it is not the negative
    log-likelihood itself. Values that are missing or not finite leave a gap.

    Args:
        records: one dict an epoch, in order; may be empty.
        best_epoch: epoch whose weights were kept, counted from 1, to be marked; None marks the
            first of the highest validation accuracy so far, and calls it that.
    """
    phases = _phases(records)
    heights = [0.3] * (len(phases) > 1) + [2.2, 2.2, 1.4]
    figure = Figure(figsize=(5.5, 1.3 + sum(heights)), layout="constrained", facecolor="white")
    axes = figure.subplots(len(heights), sharex=True, height_ratios=heights)
    likelihood, accuracy, rate = axes[-3:]
    for axis in axes[-3:]:
        style_panel(axis)
    if records:
        _draw_likelihood(likelihood, records)
        _draw_accuracy(accuracy, records)
        _mark_best(likelihood, accuracy, records, best_epoch)
        _draw_rate(rate, records)
    else:
        accuracy.text(0.5, 0.5, "no finished epoch", transform=accuracy.transAxes, ha="center",
                      va="center", color=FAINT)  # fmt: skip
    for axis, title in (
        (likelihood, "Negative log-likelihood (nats)"),
        (accuracy, "Accuracy"),
        (rate, "Learning rate (last step of the epoch)"),
    ):
        head_panel(axis, title)
    _scale_epochs(rate, records)
    if len(phases) > 1:
        _name_phases(axes[0], axes[1:], phases)
    return figure


def _draw_likelihood(axis, records):
    _plot(axis, records, "nll", "training (as augmented)", TRAINING)
    _plot(axis, records, "val_nll", "validation", VALIDATION)
    drawn = ["nll", "val_nll"]
    # That of pretraining is of another kind.
    records = [each for each in records if "nll" in each or each.get("phase") != PRETRAINING]
    if _loss_differs(records):
        _plot(axis, records, "loss", "training loss", LOSS)
        drawn.append("loss")
    values = [v for name in drawn for v in _column(records, name) if not math.isnan(v)]
    # A first epoch is often ten times the last, which would press the rest of the curve flat.
    if values and min(values) > 0 and max(values) >= 10 * min(values):
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(_short)


def _draw_accuracy(axis, records):
    _plot(axis, records, "accuracy", "training (as augmented)", TRAINING)
    _plot(axis, records, "val_accuracy", "validation", VALIDATION)
    _plot(axis, records, "val_probe_accuracy", "linear probe", PROBE)


def _draw_rate(axis, records):
    _plot(axis, records, "learning_rate", None, {"color": INK})
    axis.set_ylim(bottom=0)
    axis.yaxis.set_major_formatter(_short)


def _mark_best(likelihood, accuracy, records, best_epoch):
    label = "best"
    if best_epoch is None:
        best_epoch, label = _highest(records), "highest so far"
    marked = [record for record in records if record["epoch"] == best_epoch]
    if not marked:
        return
    value = _column(marked, "val_accuracy")[0]
    accuracy.set_title(f"\N{WHITE CIRCLE} {label}: epoch {best_epoch}, {value:.4f}", loc="right",
                       fontsize=FONT_POINTS, color=INK, pad=TITLE_PAD)  # fmt: skip
    for axis, name in ((likelihood, "val_nll"), (accuracy, "val_accuracy")):
        axis.plot(
            best_epoch, _column(marked, name)[0], linestyle="", marker="o", markersize=9,
            markerfacecolor="none", markeredgewidth=1.6, markeredgecolor=INK, zorder=4,
        )  # fmt: skip


def _name_phases(strip, panels, phases):
    strip.set_axis_off()
    strip.set_ylim(0, 2)
    for index, (begin, name) in enumerate(phases):
        # Two rows in turn, so that the name of a short phase does not run into the next.
        strip.text(begin, 1 - index % 2, f" {name}", color=INK, fontsize=FONT_POINTS, va="bottom")
        for axis in (strip, *panels):
            if index:
                axis.axvline(begin, color=FAINT, linewidth=0.9, zorder=1)


def _scale_epochs(axis, records):
    last = records[-1]["epoch"] if records else 1
    margin = max(0.5, 0.015 * last)
    axis.set_xlim(1 - margin, last + margin)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.set_xlabel("epoch", fontsize=FONT_POINTS, color=INK)


def _plot(axis, records, name, label, style):
    values = _column(records, name)
    if all(map(math.isnan, values)):
        return
    marker = "o" if len(records) <= 40 else ""  # a single epoch is no line
    axis.plot([each["epoch"] for each in records], values, marker=marker, markersize=3,
              linewidth=1.6, label=label, **style)  # fmt: skip


def _column(records, name):
    """Values of a metric; NaN, which draws nothing, for what is missing or infinite."""
    values = (each.get(name) for each in records)
    return [v if v is not None and math.isfinite(v) else math.nan for v in values]


def _phases(records):
    """`(where it begins on the axis, name)` of each phase."""
    groups = itertools.groupby(records, key=lambda each: each.get("phase"))
    return [(next(group)["epoch"] - 0.5, name) for name, group in groups]


def _loss_differs(records):
    pairs = zip(_column(records, "loss"), _column(records, "nll"), strict=True)
    return any(not math.isclose(loss, nll, rel_tol=1e-3) for loss, nll in pairs)


def _highest(records):
    known = [each for each in records if not math.isnan(_column([each], "val_accuracy")[0])]
    return max(known, key=lambda each: each["val_accuracy"])["epoch"] if known else None


_short = FuncFormatter(lambda value, position: f"{value:g}")
