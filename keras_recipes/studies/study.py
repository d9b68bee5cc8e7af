"""A study: a recipe, what is changed in it, and the seeds that it is trained with."""

import shlex
from dataclasses import replace

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.studies.trials import Trial, Trials
from keras_recipes.studies.variant import Variant


class Study:
    """Trials of a recipe in several variants, over the same seeds.

    Args:
        recipe: what is studied; its own seed is the first.
        variants: their changes; the first is the baseline, which the others are compared with.
        seeds: how many, the recipe's and those after it.
        target: how `run` is told of the recipe: `"recipes/digits_mlp.py:smoke"`.
        assignments: `--set` that holds in all variants, for the commands.
        divide_anew: whether each seed divides the images anew, and so trains on others.

    Raises:
        RecipeError: if a variant's change can't be made, by the variant's name; if there are fewer
            than one seed or variant, or two of a name.
    """

    def __init__(self, recipe: Recipe, variants, seeds: int, *, target: str, assignments=(),
                 divide_anew: bool = False):  # fmt: skip
        self.variants = tuple(variants)
        self.target, self.assignments = target, tuple(assignments)
        self._divide_anew = divide_anew
        names = [each.name for each in self.variants]
        if not names or len(set(names)) < len(names):
            raise RecipeError(
                "study", f"needs variants of different names; got {names}", "Name each once."
            )
        if seeds < 1:
            raise RecipeError("--seeds", f"must be at least 1; got {seeds}", "Use 3, or 10.")
        self.seeds = tuple(range(recipe.seed, recipe.seed + seeds))
        self.recipes = {each.name: each.change(recipe) for each in self.variants}

    @property
    def baseline(self) -> Variant:
        """What the others are compared with."""
        return self.variants[0]

    def trials(self, kept: Trials) -> dict[str, list[Trial]]:
        """The trials of each variant, in the order of the seeds."""
        return {
            name: [kept.trial(name, self._with_seed(recipe, seed)) for seed in self.seeds]
            for name, recipe in self.recipes.items()
        }

    def _with_seed(self, recipe, seed):
        if not self._divide_anew:
            return replace(recipe, seed=seed)
        return replace(recipe, seed=seed, data=replace(recipe.data, split_seed=seed))

    def order(self, trials: dict[str, list[Trial]]) -> list[Trial]:
        """Seed by seed, so that a study that is ended early has pairs to compare."""
        return [each for group in zip(*trials.values(), strict=True) for each in group]

    def command(self, variant: Variant, seed: int) -> str:
        """The command that runs a trial by itself."""
        words = ["keras-recipes", "run", self.target]
        divided = (f"data.split_seed={seed}",) if self._divide_anew else ()
        for each in (*self.assignments, *variant.assignments, *divided):
            words += ["--set", each]
        return shlex.join([*words, "--seed", str(seed)])
