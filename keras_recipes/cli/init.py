"""Look at a folder of images, and write a recipe for it with the reason for each choice.

keras-recipes init photos                     writes photos.py
keras-recipes init photos --out hands.py

A folder a class, or the same within train, val and test. Sizes, colours, balance, and names that
show what belongs together (anna_01.jpg, or photos.groups.csv beside the folder) are looked at, and
whether the images can be read and divided.
"""

import datetime
import re
import sys
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.errors import RecipeError, some_of


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument("folder", metavar="FOLDER", help="images, a folder a class")
    parser.add_argument("--out", metavar="FILE", help="the recipe; FOLDER's name and .py")
    parser.add_argument(
        "--overwrite", action="store_true", help="write the recipe where a file is already"
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    out = _out(options)
    if not Path(options.folder).expanduser().exists():
        raise RecipeError(options.folder, "does not exist", "Name a folder of images.")
    from rich.console import Console
    from rich.markup import escape

    from keras_recipes.cli.recipe_for_folder import recipe_for
    from keras_recipes.cli.summary import print_rows
    from keras_recipes.data.survey import survey

    found = survey(options.folder)
    text = recipe_for(found, out, datetime.date.today().isoformat())
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with replacing(out) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecipeError("--out", f"can't be written: {error}", "Name another file.") from None
    console = Console(highlight=False)
    print_rows(console, [(label, escape(text)) for label, text in _rows(found)])
    print(f"{out}\nnext")
    print(f"  keras-recipes augment {out}\n    what the network will be shown")
    print(f"  keras-recipes run {out}\n    train it")


def _out(options):
    name = re.sub(r"\W+", "_", Path(options.folder).absolute().name).strip("_") or "folder"
    if name in sys.stdlib_module_names:  # which a file beside the command would hide
        name += "_recipe"
    out = Path(options.out or f"{name}.py")
    if out.suffix != ".py":
        raise RecipeError("--out", f"must end in .py; got {out}", f"Use {out.stem}.py.")
    if out.exists() and not options.overwrite:
        raise RecipeError(
            "--out", f"{out} is there already", "Name another file by --out, or give --overwrite."
        )
    return out


def _rows(found):
    from keras_recipes.cli.recipe_for_folder import WEIGHTED_FROM

    few = min(found.classes, key=found.classes.get)
    many = max(found.classes, key=found.classes.get)
    yield "images", f"{found.images}, in {' and '.join(found.splits)}{_looked_at(found)}"
    yield "classes", f"{len(found.classes)}: {some_of(found.classes)}"
    balance = f"{found.classes[few]} of {few} to {found.classes[many]} of {many}"
    uneven = found.imbalance > WEIGHTED_FROM
    yield "balance", f"{balance}: uneven, the loss is weighted" if uneven else balance
    yield (
        "sizes",
        f"half are {found.height} by {found.width} or larger; shortest side {found.shortest}",
    )
    yield "colours", "none" if found.grey else "yes"
    if found.unreadable:
        reasons = [f"{name} ({why})" for name, why in found.unreadable.items()]
        yield "unreadable", f"{len(reasons)}, left out: {some_of(reasons, 5)}"
    rule = "none seen" if found.group is None else f"{found.groups}, by {found.group}"
    yield "groups", rule


def _looked_at(found):
    everything = found.images + len(found.unreadable)
    return "" if found.looked_at == everything else f"; {found.looked_at} of them were looked at"
