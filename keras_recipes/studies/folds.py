"""The recipes of a cross-validation: one for each fold of each repetition."""

from dataclasses import replace

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.recipe.data.division import of_one_source
from keras_recipes.studies.trials import Trial, Trials


def fold_recipes(recipe: Recipe, folds: int, repeats: int) -> dict[str, Recipe]:
    """The recipe for each fold of each repetition, named.

    A fold is tested on, and what is left divided into training and validation as the recipe says.
    Each has a seed of its own; each repetition other folds. Where the recipe pretrains on more of
    the same images, the fold is held out of those too.

    Raises:
        RecipeError: if the numbers are too small, or the recipe holds out a fold itself.
    """
    if folds < 2:
        raise RecipeError("--folds", f"must be at least 2; got {folds}", "Use 5 or 10.")
    if repeats < 1:
        raise RecipeError("--repeats", f"must be at least 1; got {repeats}", "Use 1, or 3.")
    if recipe.data.test_fold is not None:
        raise RecipeError(
            "data.test_fold", f"is {recipe.data.test_fold}: the recipe is one fold already",
            "Set it to None.",
        )  # fmt: skip
    recipes = {}
    for repeat in range(repeats):
        for fold in range(folds):
            data = replace(
                recipe.data, test_fold=(fold, folds), split_seed=recipe.data.split_seed + repeat
            )
            pretrain = recipe.pretrain
            if pretrain and pretrain.unlabelled and of_one_source(data, pretrain.unlabelled):
                unlabelled = replace(
                    pretrain.unlabelled,
                    test_fold=data.test_fold, split_seed=data.split_seed, classes=data.classes,
                    exclude=data.exclude,
                )  # fmt: skip
                pretrain = replace(pretrain, unlabelled=unlabelled)
            name = f"fold {fold + 1}" + (f", repeat {repeat + 1}" if repeats > 1 else "")
            seed = recipe.seed + repeat * folds + fold
            recipes[name] = replace(recipe, data=data, pretrain=pretrain, seed=seed)
    return recipes


def fold_trials(recipes: dict[str, Recipe], kept: Trials) -> list[Trial]:
    """A trial for each."""
    return [kept.trial(name, recipe) for name, recipe in recipes.items()]
