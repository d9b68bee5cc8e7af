"""Images that show little: blank, dark, washed out and blurred ones."""

import numpy as np

from keras_recipes.audit.finding import Finding, Group

BLANK_CONTRAST = 4.0
"""Standard deviation, of 255 grey values, below which every channel is of one colour."""
DARK, LIGHT = 0.32, 0.95
"""Of full brightness: 99 % of a dark image's pixels are below, of a washed out one's above. DARK
is CleanVision's (0.3), where the same 99 % decide."""
OUTLIER, BLURRED = 3.5, 4.0
"""Robust deviations (the distance to the median over 1.4826 times the median distance) that make an
outlier in brightness (Iglewicz & Hoaglin 1993), and in the width of edges."""
_LEAST = 20
"""Images whose distribution can tell what is usual."""


def fault_findings(images, measured) -> tuple[Finding, ...]:
    """What of a data set shows little, worst first.

    Blank is absolute. What is dark, washed out or blurred must also be unusual in this data set: in
    X-rays or at night nearly all is dark.

    Args:
        images: `AuditedImages`.
        measured: their `Measurements`.
    """
    blank = measured.contrast < BLANK_CONTRAST
    usual = ~blank
    dark = (measured.highlights < 255 * DARK) & (-deviations(measured.highlights, usual) > OUTLIER)
    light = (measured.shadows > 255 * LIGHT) & (deviations(measured.shadows, usual) > OUTLIER)
    with np.errstate(divide="ignore", invalid="ignore"):
        blur = deviations(np.log(measured.blur), usual & (measured.blur > 0))
    found = [
        _finding(
            images, "blank", blank, measured.contrast, "standard deviation",
            f"of one colour: the standard deviation of each channel is below {BLANK_CONTRAST:g} of "
            "255. All but given test images are on the exclude list.",
            exclude=~images.fixed,
        ),
        _finding(
            images, "dark", dark & usual, measured.highlights / 255,
            "99th percentile of brightness",
            f"dark: 99 % of the pixels are below {DARK:.0%} of full brightness, and that is "
            "unusual in this data set. Look whether anything can be seen.",
        ),
        _finding(
            images, "washed-out", light & usual, measured.shadows / 255,
            "1st percentile of brightness",
            f"washed out: 99 % of the pixels are above {LIGHT:.0%} of full brightness, and "
            "that is unusual in this data set. Look whether anything can be seen.",
            largest_first=True,
        ),
        _finding(
            images, "blurred", (blur > BLURRED) & usual, blur, "robust deviations",
            f"blurred: the edges are wider than usual in this data set by more than {BLURRED:g} "
            "robust deviations. Look whether the class can still be seen.",
            largest_first=True,
        ),
    ]  # fmt: skip
    return tuple(each for each in found if each is not None)


def deviations(values, usual) -> np.ndarray:
    """How far each value is from the median of the usual ones, in robust standard deviations.

    Args:
        values: float `(n,)`; NaN stays NaN.
        usual: which of them tell what is usual, bool `(n,)`; 0 for all where they are too few.
    """
    known = values[usual & np.isfinite(values)]
    if len(known) < _LEAST:
        return np.zeros(len(values), np.float32)
    middle = np.median(known)
    spread = 1.4826 * np.median(np.abs(known - middle))
    # Half or more of the values may be the same: then what else there is says how they spread.
    spread = spread or 1.2533 * np.abs(known - middle).mean() or np.inf
    return (values - middle) / spread


def _finding(images, kind, which, scores, score_name, what, *, exclude=None, largest_first=False):
    places = np.flatnonzero(which)
    if not len(places):
        return None
    order = -scores[places] if largest_first else scores[places]
    groups = []
    for place in places[np.argsort(order, kind="stable")]:
        image = images.about(place)
        left_out = (image.name,) if exclude is not None and exclude[place] else ()
        groups.append(Group(images=(image,), score=float(scores[place]), exclude=left_out))
    number = "1 image is" if len(places) == 1 else f"{len(places)} images are"
    return Finding(
        kind=kind, sentence=f"{number} {what}", groups=tuple(groups), score_name=score_name
    )
