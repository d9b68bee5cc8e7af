"""The images of a finding, side by side, for a person to look at."""

import base64
import io

import numpy as np
from PIL import Image

from keras_recipes.report.markup import Markup, element, join, number

SIDE = 96
"""Pixels of the longer side at least, and twice as many at most: small images keep theirs, and the
page enlarges them."""
MOST_IMAGES = 12
"""Of one group that are shown."""

STYLE = """
.sheet { display: flex; flex-wrap: wrap; gap: .6rem; margin: .6rem 0; align-items: flex-start; }
.group {
  background: var(--card); border-radius: .4rem; padding: .5rem; margin: 0;
  display: flex; flex-wrap: wrap; gap: .5rem; max-width: 100%;
}
.group > p { flex-basis: 100%; margin: 0; font-size: .85rem; color: var(--faint); }
.group figure { width: 7rem; }
.group figure img {
  width: 7rem; height: auto; padding: 0; border-radius: .2rem; image-rendering: pixelated;
}
.group figcaption { font-size: .75rem; line-height: 1.3; }
.group .out img { border: 3px solid var(--bad); }
"""


def contact_sheet(finding, images, most_groups: int) -> Markup:
    """The first groups of a finding as HTML; their pixels are read now.

    Args:
        finding: a `Finding`.
        images: `AuditedImages`, to read from.
        most_groups: to show; the clearest cases come first.
    """
    shown = [_group(each, finding, images) for each in finding.groups[:most_groups]]
    left = len(finding.groups) - len(shown)
    more = element("p", f"{left} more in findings.csv", class_="note") if left > 0 else Markup()
    return join(element("div", *shown, class_="sheet"), more)


def _group(group, finding, images):
    said = []
    if group.score is not None:
        said += [finding.score_name, " ", number(group.score, ".3g")]
    if group.note:
        said += ["; " if said else "", group.note]
    figures = [_figure(each, group, images) for each in group.images[:MOST_IMAGES]]
    figures += [
        element("figure", _picture(pixels, caption), element("figcaption", caption))
        for caption, pixels in group.further
    ]
    left = len(group.images) - MOST_IMAGES
    if left > 0:
        said += [f"; {left} more"]
    return element("div", element("p", *said) if said else Markup(), *figures, class_="group")


def _figure(image, group, images):
    out = image.name in group.exclude
    caption = [element("strong", image.label), f", {image.split}", element("br"), image.name]
    if out:
        caption += [element("br"), element("span", "to be left out", class_="bad")]
    picture = Markup()
    if image.index is not None:
        picture = _picture(images.read(image.index), f"{image.name}: {image.label}")
    return element(
        "figure", picture, element("figcaption", *caption), **({"class_": "out"} if out else {})
    )


def _picture(pixels, alt):
    return element("img", src=data_uri(pixels), alt=alt, loading="lazy")


def data_uri(pixels) -> str:
    """An image as the `src` of an `<img>`: made small where it is large, and PNG where it is small.

    Args:
        pixels: uint8 `(height, width, channels)`.
    """
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else np.asarray(pixels))
    kind, about = "png", {"optimize": True}
    if max(image.size) > SIDE:
        image.thumbnail((2 * SIDE, 2 * SIDE))
        kind, about = "jpeg", {"quality": 85}
    file = io.BytesIO()
    image.save(file, kind, **about)
    return f"data:image/{kind};base64," + base64.b64encode(file.getvalue()).decode()
