"""Pace and memory against batch size, with the knee and the limit marked."""

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


def draw_batch_sizes(found: dict, knee: int | None, limit: int | None, name: str) -> Figure:
    """Draw what was measured of each batch size, in two panels over one axis of sizes.

    Above images a second, the median with the middle half of the steps, and the knee in a circle;
    below the peak of memory and the limit. Sizes that don't fit are crosses, at the memory at which
    they were ended where that is known.

    Args:
        found: `training.batch_attempts.Attempt` of each size; at least one fits.
        knee: the size to mark; None where no pace is known.
        limit: bytes; None where there is none.
        name: of the recipe.
    """
    figure = Figure(figsize=(6.5, 5.2), layout="constrained", facecolor="white")
    pace, memory = figure.subplots(2, sharex=True, height_ratios=(3, 2))
    fits = [found[size] for size in sorted(found) if found[size].fits]
    fails = [found[size] for size in sorted(found) if not found[size].fits]
    timed = [each for each in fits if each.seconds]
    sizes = [each.batch_size for each in timed]
    spread = [each.spread for each in timed]
    pace.fill_between(sizes, [low for low, _ in spread], [high for _, high in spread],
                      color=VALIDATION["color"], alpha=0.2, linewidth=0)  # fmt: skip
    pace.plot(sizes, [each.images_per_second for each in timed], marker="o", markersize=4,
              **VALIDATION)  # fmt: skip
    if knee is not None:
        _mark_knee(pace, knee, found[knee].images_per_second)
    pace.set_ylim(bottom=0)
    known = [each for each in fits if each.peak is not None]
    memory.plot([each.batch_size for each in known], [each.peak / 2**30 for each in known],
                marker="o", markersize=4, **VALIDATION)  # fmt: skip
    ended = [each for each in fails if each.peak is not None]
    memory.plot([each.batch_size for each in ended], [each.peak / 2**30 for each in ended],
                marker="x", color=TRAINING["color"], linestyle="", markersize=7)  # fmt: skip
    peaks = [each.peak for each in known + ended]
    # Far off it would press the rest flat.
    if limit is not None and (fails or (peaks and max(peaks) > limit / 3)):
        memory.axhline(limit / 2**30, color=TRAINING["color"], linestyle="--", linewidth=1.2)
        memory.text(0, limit / 2**30, f" limit {limit / 2**30:.2f} GiB", va="bottom",
                    transform=memory.get_yaxis_transform(), color=TRAINING["color"],
                    fontsize=FONT_POINTS)  # fmt: skip
        memory.set_ylim(top=1.25 * max([limit, *peaks]) / 2**30)
    memory.set_ylim(bottom=0)
    if fails:
        for axis in (pace, memory):
            axis.axvspan(fails[0].batch_size, 1.15 * max(found), color=TRAINING["color"], alpha=0.1,
                         linewidth=0)  # fmt: skip
        pace.text(fails[0].batch_size, 0, " does not fit", rotation=90, va="bottom", ha="left",
                  color=TRAINING["color"], fontsize=FONT_POINTS)  # fmt: skip
    for axis, title in ((pace, f"{name}: images a second"), (memory, "Peak memory (GiB)")):
        style_panel(axis)
        head_panel(axis, title)
    _scale_sizes(memory, sorted(found))
    return figure


def _mark_knee(axis, knee, images_per_second):
    axis.plot(knee, images_per_second, marker="o", markersize=11, markerfacecolor="none",
              markeredgewidth=1.6, markeredgecolor=INK, linestyle="")  # fmt: skip
    axis.annotate(
        f"knee: {knee}", (knee, images_per_second), xytext=(0, -20), color=INK,
        textcoords="offset points", ha="center", fontsize=FONT_POINTS,
    )  # fmt: skip


def _scale_sizes(axis, sizes):
    axis.set_xscale("log", base=2)
    axis.set_xlim(sizes[0] / 1.15, sizes[-1] * 1.15)
    doubled, shown = sizes[0], []
    while doubled <= sizes[-1] * 1.15:
        shown.append(doubled)
        doubled *= 2
    axis.xaxis.set_major_locator(FixedLocator(shown))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, position: f"{value:g}"))
    axis.set_xlabel("batch size", fontsize=FONT_POINTS, color=INK)
