"""An audit as one page: what there is, what is wrong with it, and the images to look at."""

from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.report import contact_sheet
from keras_recipes.report.document import document, section, tile
from keras_recipes.report.duration import format_seconds
from keras_recipes.report.markup import element, facts, number

SHOWN = 30
"""Groups of each finding that the page shows, the clearest first."""


def write_audit_page(audit, path: Path, shown: int = SHOWN):
    """Write the page; it needs nothing beside it.

    Args:
        audit: an `Audit`.
        path: the file.
        shown: groups to show of each finding.
    """
    name = audit.images.name
    findings = [
        section(
            heading(each.kind), element("p", each.sentence),
            contact_sheet.contact_sheet(each, audit.images, shown),
        )
        for each in audit.findings
    ]  # fmt: skip
    body = element(
        "body",
        element("header", element("h1", f"{name}: audit"), element("p", _what(audit))),
        element("main", element("dl", *_tiles(audit), class_="tiles"), _contents(audit), *findings,
                _classes(audit), section("Data", facts(fact_rows(audit)))),
        element("footer", "Written by keras_recipes. findings.csv lists every image of every "
                "finding, exclude.txt those that are better left out."),
    )  # fmt: skip
    page = document(f"{name}: audit", body, contact_sheet.STYLE)
    with replacing(path) as partial:
        partial.write_text(page, encoding="utf-8", errors="replace")


def heading(kind: str) -> str:
    """`"near-duplicates"` as a heading."""
    return kind.replace("-", " ").capitalize()


def _what(audit):
    return f"{len(audit.images)} images of {len(audit.images.class_names)} classes"


def _tiles(audit):
    concerned = {
        image.name for each in audit.findings for group in each.groups for image in group.images
    }
    yield tile("Images", number(len(audit.images), ","), _splits(audit))
    yield tile("Findings", number(len(audit.findings)), number(len(concerned), ","),
               " images are concerned")  # fmt: skip
    yield tile("To be left out", number(len(audit.exclude), ","), "suggested, in exclude.txt")
    rate = number(round(len(audit.images) / audit.seconds), ",")
    time = element("data", format_seconds(audit.seconds), value=repr(audit.seconds))
    yield tile("Time", time, rate, " images a second")


def _splits(audit):
    counts = {name: len(each) for name, each in audit.images.parts.items()}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)


def _contents(audit):
    if not audit.findings:
        return element("p", "Nothing was found.")
    head = element("tr", *(element("th", each, scope="col") for each in
                           ("finding", "groups", "images", "to be left out")))  # fmt: skip
    rows = [
        element("tr", element("th", heading(each.kind), scope="row"),
                element("td", number(len(each.groups), ",")),
                element("td", number(sum(len(group.images) for group in each.groups), ",")),
                element("td", number(len(set(each.exclude)), ",")))
        for each in audit.findings
    ]  # fmt: skip
    return element("table", element("thead", head), element("tbody", *rows))


def _classes(audit):
    splits = [name for name, each in audit.images.parts.items() if len(each)]
    columns = [list(audit.images.parts).index(name) for name in splits]
    head = element("tr", *(element("th", each, scope="col") for each in ("class", *splits)))
    rows = [
        element("tr", element("th", name, scope="row"),
                *(element("td", number(int(counts[column]), ",")) for column in columns))
        for name, counts in zip(audit.images.class_names, audit.class_counts(), strict=True)
    ]  # fmt: skip
    table = element("table", element("thead", head), element("tbody", *rows))
    return section("Classes", table)


def fact_rows(audit) -> list[tuple[str, str]]:
    """(name, value) of what is to be said of the data as a whole."""
    counts = audit.class_counts()[:, 0]
    measured, names = audit.measured, audit.images.class_names
    few, many = counts.argmin(), counts.argmax()
    height, width, channels = audit.images.shape
    rows = [
        ("balance", f"{counts[few]:,} of {names[few]} to {counts[many]:,} of {names[many]}, "
         "to train on"),
        ("looked at as", f"{height} by {width}, {'colour' if channels == 3 else 'grey'}"),
        ("without colours", f"{measured.colourless.mean():.1%} of the images"),
        ("brightness", f"{measured.brightness.mean():.0f} of 255 on average"),
        ("near duplicates", f"correlate by {audit.duplicates.correlation:.3f} or more"),
    ]  # fmt: skip
    if audit.headers is not None:
        headers = audit.headers
        rows += [
            ("sizes", _sizes(headers)),
            ("formats", _counts(headers.formats)),
            ("colours", _counts(headers.colours)),
            ("unreadable", f"{audit.unreadable:,} files"),
        ]
    return rows


def _sizes(headers):
    if not len(headers.heights):
        return "none"
    low, middle, high = (
        sorted(
            zip(headers.heights, headers.widths, strict=True), key=lambda each: each[0] * each[1]
        )[place]
        for place in (0, len(headers.heights) // 2, -1)
    )
    return f"{_size(low)} to {_size(high)}, half of them {_size(middle)} or larger"


def _size(size):
    return f"{size[0]} by {size[1]}"


def _counts(counts):
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common())
