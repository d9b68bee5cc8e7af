"""The arguments that name a recipe, the same in every command."""


def add_recipe_arguments(parser, optional: bool = False):
    """Add `RECIPE` and `--set`."""
    parser.add_argument(
        "recipe",
        nargs="?" if optional else None,
        metavar="RECIPE",
        help="recipe file, with :VARIANT for another than `recipe` in it",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="assignments",
        help='change a choice, e.g. --set loss.label_smoothing=0.1 --set "augment=(Flip(),)"',
    )
