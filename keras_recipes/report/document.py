"""A whole page of HTML in the look that all pages have, and the boxes that it is made of."""

from keras_recipes.report.markup import Markup, element, join
from keras_recipes.report.style import STYLE

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""


def document(title: str, body: Markup, style: str = "") -> str:
    """The page: it needs no network and no script, and can be mailed as it is.

    Args:
        title: of the window.
        body: the `<body>`.
        style: rules beyond those of every page.
    """
    head = element("title", title)
    return f"{_HEAD}{head}\n<style>{STYLE}{style}</style>\n</head>\n{body}\n</html>\n"


def section(title, *contents) -> Markup:
    """A part of the page under a heading."""
    return join("\n", element("section", element("h2", title), *contents))


def tile(name, value, *note) -> Markup:
    """A number in large, with its name above and a note below."""
    return element(
        "div",
        element("dt", name),
        element("dd", value, class_="value"),
        element("dd", *note, class_="note"),
    )
