"""The picture of scales by layer at the start, for several variants."""

from matplotlib.figure import Figure  # not pyplot: no window, no global state

from keras_recipes.report.panel import FONT_POINTS, INK, head_panel, style_panel

_COLOURS = ("#222222", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#767676")
"""Okabe and Ito's, in an order in which neighbours differ."""
_MARKS = "os^vD<>P"


def draw_scales(passages: dict, title: str) -> Figure:
    """Draw outputs' standard deviation and gradients' size by layer, a line a variant.

    Args:
        passages: name of a variant to its `Passage`.
        title: of the study.
    """
    figure = Figure(figsize=(9.2, 3.9), layout="constrained", facecolor="white")
    figure.suptitle(title, fontsize=FONT_POINTS + 1, color=INK, x=0.01, ha="left")
    axes = figure.subplots(1, 2)
    for axis, field, heading in (
        (axes[0], "deviation", "outputs, standard deviation"),
        (axes[1], "gradient", "gradient by the output, root mean square"),
    ):
        style_panel(axis)
        axis.set_yscale("log")
        for number, (name, passage) in enumerate(passages.items()):
            layers = passage.weighted
            values = [getattr(each, field) or float("nan") for each in layers]
            axis.plot(range(len(layers)), values, label=name, linewidth=1.3, markersize=4,
                      color=_COLOURS[number % 8], marker=_MARKS[number % 8])  # fmt: skip
        names = [each.name for each in next(iter(passages.values())).weighted]
        every = -(-len(names) // 10)
        axis.set_xticks(range(len(names))[::every], names[::every], rotation=40, ha="right")
        head_panel(axis, heading, legend=False)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False,
                  fontsize=FONT_POINTS - 1, labelcolor=INK)  # fmt: skip
    return figure
