"""The arguments that name a recipe, the same in every command."""

from keras_recipes.errors import DataUnavailable, RecipeError, did_you_mean


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


def find_phase(recipe, name: str | None) -> int:
    """Index of the phase that `--phase` names; the first if it names none."""
    names = [phase.name for phase in recipe.phases]
    if name is None:
        return 0
    if name not in names:
        raise RecipeError("--phase", f"is {name!r}, which is none", did_you_mean(name, names))
    return names.index(name)


def require_data(loaded, what: str):
    """Raise `DataUnavailable` unless the data can be had, or be downloaded.

    Args:
        loaded: the recipe; its stand-in is offered, and not taken unasked.
        what: what the command would do with the stand-in: `"draw"`.
    """
    try:
        loaded.recipe.data.require()
    except DataUnavailable as error:
        if loaded.recipe.stand_in is None:
            raise
        stand_in = f"{loaded.path}:{loaded.recipe.stand_in}"
        raise DataUnavailable(
            error.where, error.problem, f"{error.fix} Or {what} the stand-in: {stand_in}."
        ) from None
