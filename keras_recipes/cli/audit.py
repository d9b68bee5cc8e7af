"""Look through a data set: duplicates, leaks into the test set, blank and blurred images, ...

keras-recipes audit recipes/cifar_resnet.py
keras-recipes audit photos                    a folder a class, or those within train, val and test
keras-recipes audit recipes/digits_mlp.py --labels --augmentation --also "Rotation(180)"

Says how many images of which classes, sizes and formats there are. Finds files that can't be read;
images that are there twice, or nearly so, within a split, across splits, or under another class;
groups in the file names that a split tears apart; blank, dark, washed out, blurred and oddly shaped
images. Writes index.html, a page with the images to look at, findings.csv, and exclude.txt, what is
better left out: exclude= of the data part takes it. Of a recipe the splits are those that it trains
on; a folder is taken as it is.

--labels and --augmentation train the recipe's network several times, and so take long. They say
beforehand what they train; networks that are there already are not trained again.
"""

import os
from pathlib import Path

from keras_recipes.cli.audit_networks import (
    add_network_arguments,
    asks_networks,
    check_networks,
    network_findings,
)
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import require_data
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Folder
from keras_recipes.recipe.load import load


def add_arguments(parser):
    """Name the command's arguments."""
    parser.add_argument(
        "target", metavar="RECIPE|FOLDER",
        help="recipe file, with :VARIANT for another than `recipe` in it; or a folder of images",
    )  # fmt: skip
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", dest="assignments",
        help="change a choice of the recipe, e.g. --set data.path=photos",
    )  # fmt: skip
    parser.add_argument("--out", metavar="FOLDER", help="where to write; audit/NAME")
    parser.add_argument(
        "--correlation", type=float, metavar="C",
        help="what near duplicates must correlate by; measured, and at least 0.96",
    )  # fmt: skip
    parser.add_argument(
        "--shown", type=int, default=30, metavar="N", help="groups of each finding on the page; 30"
    )
    add_network_arguments(parser)


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    if options.correlation is not None and not 0 < options.correlation <= 1:
        raise RecipeError(
            "--correlation", f"must be in (0, 1]; got {options.correlation:g}", "Use 0.96."
        )
    if options.shown < 1:
        raise RecipeError("--shown", f"must be at least 1; got {options.shown}", "Use 30.")
    is_folder = Path(options.target).expanduser().is_dir()
    if is_folder and options.assignments:
        raise RecipeError(
            "--set", "takes no effect on a folder, which has no recipe",
            "Leave it out; or write a recipe by keras-recipes init.",
        )  # fmt: skip
    loaded = None if is_folder else load(options.target, options.assignments)
    also = check_networks(options, loaded)
    if is_folder:
        root = Path(os.path.abspath(Path(options.target).expanduser()))
        data, name = Folder(str(root), unreadable="skip"), root.name
    else:
        require_data(loaded, "look through")
        data, name = loaded.recipe.data, loaded.name
    out = _make_room(Path(options.out or Path("audit") / name))
    if not is_folder:
        load_quietly()
    from rich.console import Console

    from keras_recipes.audit.run import audit_data
    from keras_recipes.cli.audit_summary import print_audit, progress_bar
    from keras_recipes.report.audit_folder import write_audit

    with progress_bar() as progress:
        found = audit_data(
            data, divided=not is_folder, correlation=options.correlation, progress=progress
        )
    write_audit(found, out, options.shown)
    if asks_networks(options):
        console = Console(highlight=False)
        further = network_findings(options, console, loaded, also, found.images, out)
        found = found.with_findings(*further)
        write_audit(found, out, options.shown)
    print_audit(found, out)


def _make_room(out):
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK):
            raise PermissionError("the folder may not be written to")
    except OSError as error:
        raise RecipeError("--out", f"can't be written: {error}", "Name another folder.") from None
    return out
