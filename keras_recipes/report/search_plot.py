"""A search as a picture: the scores in the order they came, and against each choice."""

import math

from matplotlib.figure import Figure  # not pyplot: no window, no global state
from matplotlib.ticker import LogFormatter

from keras_recipes.report.panel import (
    FAINT,
    FONT_POINTS,
    INK,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)
from keras_recipes.studies.criterion import better_of
from keras_recipes.studies.search import ENDED, FINISHED, Searched
from keras_recipes.studies.space import Range, values_of

_COLUMNS = 3


def draw_search(searched: Searched, space, name: str) -> Figure:
    """Draw the validation score of each setting, and how it goes with each choice.

    A dot is a setting that was trained to its end, a ring one that was ended early, at its best
    score until then. The steps are the best so far, the dotted line the recipe as it is. What was
    chosen is marked in each panel.

    Args:
        searched: at least one setting has a score.
        space: as `parse_space` returns it.
        name: for the title.
    """
    panels = 1 + len(space)
    columns = min(panels, _COLUMNS)
    lines = math.ceil(panels / columns)
    figure = Figure(
        figsize=(3.6 * columns, 0.6 + 2.8 * lines), layout="constrained", facecolor="white"
    )
    axes = figure.subplots(lines, columns, sharey=True, squeeze=False).ravel()
    for axis in axes[panels:]:
        axis.remove()
    known = [each for each in searched.tried[1:] if each.score is not None]
    _draw_order(axes[0], searched, known)
    for index, (axis, choice) in enumerate(zip(axes[1:panels], space, strict=True)):
        _draw_choice(axis, searched, known, choice, index)
    for axis in axes[:panels]:
        style_panel(axis)
        if searched.plain.score is not None:
            axis.axhline(searched.plain.score, color=INK, linewidth=1, linestyle=":")
    if searched.monitor == "val_nll":  # of a training that went wrong it is very large
        axes[0].set_yscale("log")
        _write_plainly(axes[0].yaxis)
    head_panel(axes[0], searched.monitor.replace("val_", "Validation "))
    for axis, choice in zip(axes[1:panels], space, strict=True):
        head_panel(axis, choice.path)
    figure.suptitle(name, x=0.01, ha="left", fontsize=FONT_POINTS + 2, color=INK)
    return figure


def _draw_order(axis, searched, known):
    _dots(axis, searched, known, [each.number for each in known], labelled=True)
    steps, best = [], None
    for each in known:
        if each.state == FINISHED:
            best = better_of(searched.monitor, each.score, best)
        steps.append(best if best is not None else math.nan)
    axis.step([each.number for each in known], steps, where="post", linewidth=1.2,
              color=VALIDATION["color"])  # fmt: skip
    if searched.plain.score is not None:
        axis.annotate("as it is", (0, searched.plain.score), (3, 2), textcoords="offset points",
                      xycoords=("axes fraction", "data"), fontsize=FONT_POINTS - 2,
                      color=INK)  # fmt: skip
    axis.set_xlabel("trial", fontsize=FONT_POINTS, color=INK)
    axis.xaxis.get_major_locator().set_params(integer=True)


def _draw_choice(axis, searched, known, choice, index):
    texts = [values_of(each.variant)[index] for each in known]
    if isinstance(choice, Range):
        places = [float(each) for each in texts]
        if choice.kind == "log":
            axis.set_xscale("log")
            _write_plainly(axis.xaxis)
    else:
        places = [choice.values.index(each) for each in texts]
        axis.set_xticks(range(len(choice.values)), [_short(each) for each in choice.values],
                        rotation=30 if len(choice.values) > 3 else 0)  # fmt: skip
        axis.set_xlim(-0.5, len(choice.values) - 0.5)
    _dots(axis, searched, known, places)


def _dots(axis, searched, known, places, labelled=False):
    found = searched.best()
    chosen = found[0].number if found else None
    for state, label, style in (
        (FINISHED, "trained", {"color": VALIDATION["color"], "alpha": 0.6}),
        (ENDED, ENDED, {"color": FAINT, "markerfacecolor": "none"}),
    ):
        some = [(x, each) for x, each in zip(places, known, strict=True) if each.state == state]
        if some:
            axis.plot([x for x, _ in some], [each.score for _, each in some], linestyle="",
                      marker="o", markersize=5, label=label if labelled else None,
                      **style)  # fmt: skip
    for x, each in zip(places, known, strict=True):
        if each.number == chosen:
            axis.plot([x], [each.score], linestyle="", marker="D", markersize=6,
                      color=TRAINING["color"], label="chosen" if labelled else None)  # fmt: skip


class _Plain(LogFormatter):
    """0.02 in place of a power of ten, where matplotlib would write anything."""

    def __call__(self, value, position=None):
        return f"{value:g}" if super().__call__(value, position) else ""


def _write_plainly(axis):
    axis.set_major_formatter(_Plain())
    axis.set_minor_formatter(_Plain())


def _short(text, most=12):
    return text if len(text) <= most else f"{text[: most - 1]}…"
