"""Grids: values to try of each choice, and a variant for every combination."""

import itertools

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.studies.variant import Variant

AS_IT_IS = "as it is"
"""Name of the recipe without a change."""


def parse_grid(text: str, option: str = "--grid") -> tuple[str, list[str]]:
    """`"model.dropout=0.0,0.2"` as (path, values); a comma within brackets or quotes is no divider.

    Args:
        text: what the option was given.
        option: that an error names.

    Raises:
        RecipeError: if it is of another form.
    """
    path, equals, values = text.partition("=")
    divided = [each.strip() for each in _divide(values)]
    if not equals or not path.strip() or not all(divided):
        raise RecipeError(
            f"{option} {text}", "must be of the form path=value,value",
            f"Write, for example, {option} model.dropout=0.0,0.2,0.5.",
        )  # fmt: skip
    if len(set(divided)) < len(divided):
        raise RecipeError(f"{option} {text}", "has a value twice", "Name each once.")
    return path.strip(), divided


def grid_variants(recipe: Recipe, grids) -> list[Variant]:
    """A variant for every combination of values, after the recipe as it is.

    One that changes nothing takes the place of that.

    Args:
        recipe: what is changed.
        grids: (path, values) of each choice.

    Raises:
        RecipeError: if a value can't be set.
    """
    paired = [[(path, each) for each in values] for path, values in grids]
    return _variants(recipe, itertools.product(*paired))


def one_by_one(recipe: Recipe, choices) -> list[Variant]:
    """A variant for every value of every choice by itself, after the recipe as it is.

    Args:
        recipe: what is changed.
        choices: (path, values) of each choice.

    Raises:
        RecipeError: if a value can't be set.
    """
    return _variants(recipe, [((path, each),) for path, values in choices for each in values])


def _variants(recipe, combinations):
    changed, same = [], []
    for chosen in combinations:
        assignments = tuple(f"{path}={value}" for path, value in chosen)
        variant = Variant(name=name_choices(chosen), assignments=assignments)
        (same if variant.change(recipe) == recipe else changed).append(variant)
    return [*(same[:1] or [Variant(name=AS_IT_IS)]), *changed]


def name_choices(chosen) -> str:
    """Name of a variant, short: the value alone where it is a word, or else with its field.

    Args:
        chosen: (path, value) of each choice.
    """
    if len(chosen) == 1 and chosen[0][1].isidentifier():
        return chosen[0][1]
    return ", ".join(f"{path.rpartition('.')[2]}={value}" for path, value in chosen)


def _divide(text):
    """The parts between the commas that stand in no bracket and no quotes."""
    depth, quote, part = 0, None, ""
    for letter in text:
        if quote:
            quote = None if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield part
            part = ""
            continue
        part += letter
    yield part
