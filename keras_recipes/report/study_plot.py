"""A study as a picture: what each variant does to a score, and how sure that is."""

import math

from matplotlib.figure import Figure  # not pyplot: no window, no global state

from keras_recipes.report.panel import (
    FONT_POINTS,
    INK,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)
from keras_recipes.studies.rows import Row

_ROW_INCHES = 0.34


def draw_study(rows: list[Row], name: str, metric: str = "accuracy") -> Figure:
    """Draw each variant's score: a dot a seed, a line for the mean, and its effect beside it.

    On the left the seeds' own values; on the right the mean difference from the first variant with
    its 95 % interval, bold where it is shown.

    Args:
        rows: as `compare` returns them.
        name: of the study, for the title.
        metric: what is drawn.
    """
    figure = Figure(
        figsize=(8.5, 1.3 + _ROW_INCHES * len(rows)), layout="constrained", facecolor="white"
    )
    seeds, effects = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    for place, row in enumerate(rows):
        known = [each for each in row.values[metric] if each is not None]
        seeds.plot(known, [place] * len(known), linestyle="", marker="o", markersize=4, alpha=0.5,
                   color=VALIDATION["color"])  # fmt: skip
        if known:
            seeds.plot([row.mean(metric)], [place], linestyle="", marker="|", markersize=13,
                       markeredgewidth=2, color=INK)  # fmt: skip
        effect = row.effects.get(metric)
        if effect is None:
            continue
        style = {"color": TRAINING["color"] if effect.is_shown else VALIDATION["color"]}
        if math.isfinite(effect.low):
            effects.plot([effect.low, effect.high], [place] * 2,
                         linewidth=2.4 if effect.is_shown else 1.2, **style)  # fmt: skip
        effects.plot([effect.mean], [place], linestyle="", marker="o", markersize=5, **style)
    effects.axvline(0, color=INK, linewidth=0.8)
    seeds.set_yticks(range(len(rows)), [_short(row.variant.name) for row in rows],
                     fontsize=FONT_POINTS)  # fmt: skip
    seeds.set_ylim(len(rows) - 0.5, -0.5)
    for axis, title in (
        (seeds, f"Test {metric}, a dot a seed"),
        (effects, "Difference from the first, 95 %"),
    ):
        style_panel(axis)
        head_panel(axis, title)
    figure.suptitle(name, x=0.01, ha="left", fontsize=FONT_POINTS + 2, color=INK)
    return figure


def _short(text, most=34):
    return text if len(text) <= most else f"{text[: most - 1]}…"
