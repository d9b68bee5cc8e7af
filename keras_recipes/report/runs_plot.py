"""Several runs' curves on one picture."""

from matplotlib.figure import Figure  # not pyplot: no window, no global state

from keras_recipes.report.panel import FONT_POINTS, INK, head_panel, style_panel

# Okabe and Ito 2008 (https://jfly.uni-koeln.de/color/); the line styles tell them apart in grey.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_LINES = ("-", "--", "-.", ":")
PANELS = (("val_accuracy", "Validation accuracy"), ("val_nll", "Validation nll"))


def draw_runs(records: dict[str, list[dict]]) -> Figure:
    """Draw validation accuracy and negative log-likelihood of each run over its epochs.

    Args:
        records: name of a run to its epochs, as `metrics.jsonl` has them.
    """
    figure = Figure(
        figsize=(8.5, 3.6 + 0.2 * len(records)), layout="constrained", facecolor="white"
    )
    axes = figure.subplots(1, len(PANELS))
    for axis, (metric, title) in zip(axes, PANELS, strict=True):
        for number, (name, epochs) in enumerate(records.items()):
            measured = [each for each in epochs if metric in each]  # not in pretraining
            axis.plot(
                [each["epoch"] for each in measured], [each[metric] for each in measured],
                color=_COLOURS[number % len(_COLOURS)], label=name,
                linestyle=_LINES[number // len(_COLOURS) % len(_LINES)],
                marker="o" if len(measured) == 1 else None,
            )  # fmt: skip
        axis.set_xlabel("epoch", fontsize=FONT_POINTS, color=INK)
        style_panel(axis)
        head_panel(axis, title, legend=False)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower left", frameon=False,
                  fontsize=FONT_POINTS, labelcolor=INK)  # fmt: skip
    return figure
