"""The page's section on a learning rate that was found for the run."""

import base64

from keras_recipes.report.markup import Markup, element, join, number


def found_rate_section(about: dict, path) -> Markup:
    """What `run --find-lr` found, with its curves; nothing where it wasn't asked.

    Args:
        about: `run.json`.
        path: the run directory.
    """
    found, picture = about.get("found_rate"), path / "find_lr.png"
    if not found:
        return Markup()
    told = element(
        "p", "Range tests suggested ", number(found["suggestion"], ".2g"), ", with which the run "
        "trained; over their seeds it is ", number(found["low"], ".3g"), " to ",
        number(found["high"], ".3g"), ". A usable valley had ", number(found["valleys"]), " of ",
        number(found["repeats"]), ".",
    )  # fmt: skip
    contents = [told]
    if picture.is_file():
        source = "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
        shown = element("img", src=source, alt="Loss of range tests against the learning rate")
        contents.append(element("figure", shown))
    return join("\n", element("section", element("h2", "Learning rate"), *contents))
