"""A recipe with something changed."""

from dataclasses import dataclass

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.recipe.override import override


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What is changed, named."""

    name: str
    assignments: tuple[str, ...] = ()
    """What `--set` would be given."""

    def change(self, recipe: Recipe) -> Recipe:
        """The recipe with the change made.

        Raises:
            RecipeError: if it can't be made, by the variant's name.
        """
        try:
            return override(recipe, self.assignments)
        except RecipeError as error:
            raise RecipeError(
                f"variant {self.name}: {error.where}", error.problem, error.fix
            ) from error.__cause__
