"""Pieces of HTML, in which everything that comes from outside is escaped."""

from html import escape

_WITHOUT_END = {"br", "img"}


class Markup(str):
    """Text that is HTML already, and is not escaped again."""


def to_markup(content) -> Markup:
    """Escape what is not `Markup`."""
    return content if isinstance(content, Markup) else Markup(escape(str(content)))


def element(tag: str, *contents, **attributes) -> Markup:
    """`element("p", "1 < 2", class_="note")` is `<p class="note">1 &lt; 2</p>`."""
    begin = f"<{tag}{_write(attributes)}>"
    if tag in _WITHOUT_END:
        return Markup(begin)
    return Markup(f"{begin}{join(*contents)}</{tag}>")


def join(*contents) -> Markup:
    """One after the other."""
    return Markup("".join(map(to_markup, contents)))


def number(value, spec: str = "") -> Markup:
    """A number to read, with the exact one in the `value` of `<data>`; a dash for None."""
    if value is None:
        return Markup("&ndash;")
    return element("data", format(value, spec), value=repr(value))


def facts(rows) -> Markup:
    """A table of names and what they are."""
    lines = (
        element("tr", element("th", name, scope="row"), element("td", content))
        for name, content in rows
    )
    return element("table", *lines, class_="facts")


def _write(attributes):
    return "".join(
        f' {name.rstrip("_")}="{escape(str(value))}"' for name, value in attributes.items()
    )
