"""What the panels of every picture have in common: colours, lines, title and legend."""

# Three of the colours of Okabe and Ito 2008 (https://jfly.uni-koeln.de/color/), which stay apart
# under every colour blindness and on white; the line styles tell them apart in black and white.
TRAINING = {"color": "#d55e00", "linestyle": "--"}
VALIDATION = {"color": "#0072b2", "linestyle": "-"}
LOSS = {"color": "#6b6b6b", "linestyle": ":"}
PROBE = {"color": "#009e73", "linestyle": "-."}
INK, FAINT = "#222222", "#767676"
FONT_POINTS = 10
TITLE_PAD = 21
"""Points above the panel: leaves room for a legend."""


def style_panel(axis):
    """Few and faint lines around what is drawn."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines[["left", "bottom"]].set_color(FAINT)
    axis.grid(axis="y", color="#e4e4e4", linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=INK, labelsize=FONT_POINTS, color=FAINT)


def head_panel(axis, title, legend: bool = True):
    """Title, and beneath it a legend that covers no curve, if anything has a label.

    Args:
        axis: of matplotlib.
        title: a line or two.
        legend: False leaves it to the figure.
    """
    handles = axis.get_legend_handles_labels()[0] if legend else []
    axis.set_title(title, loc="left", fontsize=FONT_POINTS + 1, fontweight="bold", color=INK,
                   pad=TITLE_PAD if handles else 6)  # fmt: skip
    if handles:
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(handles), frameon=False,
                    fontsize=FONT_POINTS, labelcolor=INK, borderaxespad=0.1, borderpad=0.2,
                    columnspacing=1.0, handlelength=2.0, handletextpad=0.5)  # fmt: skip
