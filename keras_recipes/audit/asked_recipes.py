"""The recipes that an audit trains to ask their networks; nothing heavy is loaded for them."""

import importlib.util
from dataclasses import dataclass

from keras_recipes.audit.augmentations import Tried, having, without
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.studies.folds import fold_recipes


@dataclass(frozen=True, kw_only=True)
class AskedRecipes:
    """Recipes to train.

    Attributes:
        folds: name to recipe of every fold of the recipe as it is; none where labels are not
            looked at.
        pairs: name of an augmentation to the recipes of some folds, each two names to recipes:
            without it, and with it.
    """

    folds: dict[str, Recipe]
    pairs: dict[str, list[dict[str, Recipe]]]

    def all(self) -> dict[str, Recipe]:
        """Each by its name; some may be equal."""
        every = dict(self.folds)
        for pairs in self.pairs.values():
            for each in pairs:
                every.update(each)
        return every


def asked_recipes(
    recipe: Recipe, *, folds: int, labels: bool, tried: Tried | None, networks: int = 1
) -> AskedRecipes:
    """What must be trained.

    Args:
        recipe: as it is audited.
        folds: of the cross-validation.
        labels: whether every fold of the recipe is needed.
        tried: augmentations, each to be left out and to be there; None for none.
        networks: for how many of the folds.

    Raises:
        RecipeError: if the numbers can't be, or the recipe holds out a fold itself.
    """
    as_it_is = fold_recipes(recipe, folds, 1)
    if not 1 <= networks <= folds:
        raise RecipeError(
            "--networks", f"must be from 1 to {folds}, the folds; got {networks}", "Use 1."
        )
    pairs = {}
    for name, part in ({} if tried is None else tried.parts).items():
        lacks = _named(fold_recipes(without(recipe, part), folds, 1), as_it_is, f"without {name}")
        has = _named(fold_recipes(having(recipe, part), folds, 1), as_it_is, f"with {name}")
        pairs[name] = [dict(pair) for pair in list(zip(lacks, has, strict=True))[:networks]]
    return AskedRecipes(folds=as_it_is if labels else {}, pairs=pairs)


def _named(recipes, as_it_is, change):
    """(name, recipe) of each fold; that of the recipe as it is has no other name."""
    if recipes == as_it_is:
        return list(recipes.items())
    return [(f"{fold} {change}", each) for fold, each in recipes.items()]


def require_cleanlab(option: str):
    """Raise `RecipeError` where cleanlab is not installed, by the option that needs it."""
    if importlib.util.find_spec("cleanlab") is None:
        raise RecipeError(
            option, "needs cleanlab, which is not installed",
            "Install it: pip install 'keras_recipes[audit]'.",
        )  # fmt: skip
