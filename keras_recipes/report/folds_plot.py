"""Cross-validation as a picture: the folds' accuracies, and what they say together."""

from matplotlib.figure import Figure  # not pyplot: no window, no global state

from keras_recipes.report.panel import (
    FONT_POINTS,
    INK,
    TRAINING,
    VALIDATION,
    head_panel,
    style_panel,
)


def draw_folds(found, ensemble: float, name: str) -> Figure:
    """Draw a dot a fold, the mean with its corrected 95 % interval, and the networks together.

    Args:
        found: `CrossValidated`.
        ensemble: accuracy of all networks together on the test set.
        name: for the title.
    """
    figure = Figure(figsize=(6.5, 2.4), layout="constrained", facecolor="white")
    axis = figure.subplots()
    scores = found.scores["accuracy"]
    axis.plot(scores, [0] * len(scores), linestyle="", marker="o", markersize=5, alpha=0.5,
              color=VALIDATION["color"])  # fmt: skip
    interval = found.intervals["accuracy"]
    if interval:
        axis.plot(interval, [1, 1], linewidth=2.4, color=INK)
    axis.plot([found.mean("accuracy")], [1], linestyle="", marker="o", markersize=6, color=INK)
    axis.plot([ensemble], [2], linestyle="", marker="D", markersize=6, color=TRAINING["color"])
    axis.set_yticks(
        [0, 1, 2], ["each fold", "expected, 95 %", "together, test set"], fontsize=FONT_POINTS
    )
    axis.set_ylim(2.5, -0.5)
    style_panel(axis)
    head_panel(axis, f"{name}: accuracy")
    return figure
