"""What will run: the recipe that was asked for, or the stand-in where its data can't be had."""

from dataclasses import dataclass

from keras_recipes.errors import DataUnavailable
from keras_recipes.recipe import Recipe
from keras_recipes.recipe.load import Loaded


@dataclass(frozen=True, kw_only=True)
class Job:
    """A recipe that can run here."""

    name: str
    recipe: Recipe
    stands_in_for: str | None = None
    """Why the recipe that was asked for could not run; None where it does run."""


def choose_job(loaded: Loaded, *, allow_stand_in: bool) -> Job:
    """The recipe, or its stand-in where the data can't be had; takes seconds, reads no data.

    Raises:
        DataUnavailable: if there is no data and no stand-in, or none is allowed.
        RecipeError: if the model needs what is not installed.
    """
    try:
        _require_data(loaded.recipe)
    except DataUnavailable as error:
        return stand_in_job(loaded, error, allowed=allow_stand_in)
    _require_model(loaded.recipe)
    return Job(name=loaded.name, recipe=loaded.recipe)


def stand_in_job(loaded: Loaded, error: DataUnavailable, *, allowed: bool) -> Job:
    """The recipe's stand-in, once its data has turned out not to be had.

    Raises:
        DataUnavailable: `error`, if there is no stand-in or none is allowed.
    """
    recipe = loaded.stand_in()
    if recipe is None:
        raise error
    if not allowed:
        raise DataUnavailable(
            error.where,
            error.problem,
            f"{error.fix} Without --no-stand-in the variant {loaded.recipe.stand_in!r} would "
            "take its place.",
        ) from None
    _require_data(recipe)
    _require_model(recipe)
    return Job(
        name=f"{loaded.name}-{loaded.recipe.stand_in}",
        recipe=recipe,
        stands_in_for=f"{error.where} {error.problem}",
    )


def _require_data(recipe):
    recipe.data.require()
    if recipe.pretrain is not None and recipe.pretrain.unlabelled is not None:
        recipe.pretrain.unlabelled.require()


def _require_model(recipe):
    require = getattr(recipe.model, "require", None)  # few parts need more than this package
    if require is not None:
        require()
