"""Grids and named sweeps as variants of a recipe."""

from dataclasses import replace

import pytest

from keras_recipes import MLP, SGD, Adam, Call, ConvNet, Digits, Recipe, RecipeError
from keras_recipes.recipe.override import override
from keras_recipes.studies.grid import AS_IT_IS, grid_variants, one_by_one, parse_grid
from keras_recipes.studies.named_sweeps import NAMES, named_variants

RECIPE = Recipe(data=Digits(), model=ConvNet(), epochs=2, optimizer=SGD(learning_rate=0.1))


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        ("model.dropout=0.0, 0.2", "model.dropout", ["0.0", "0.2"]),
        ("batch_size=32", "batch_size", ["32"]),
        (
            "augment=(),(Flip(), Rotation(10)),(MixUp(alpha=0.2),)",
            "augment",
            ["()", "(Flip(), Rotation(10))", "(MixUp(alpha=0.2),)"],
        ),
        (
            "optimizer=SGD(learning_rate=0.1),Adam()",
            "optimizer",
            ["SGD(learning_rate=0.1)", "Adam()"],
        ),
        ("data.path='a,b',c", "data.path", ["'a,b'", "c"]),
    ],
)  # fmt: skip
def test_a_grid_is_read(text, path, values):
    assert parse_grid(text) == (path, values)


@pytest.mark.parametrize("text", ["model.dropout", "=1,2", "model.dropout=", "a=1,,2", "a=1,1"])
def test_a_grid_of_another_form_is_refused(text):
    with pytest.raises(RecipeError, match="--grid"):
        parse_grid(text)


def test_every_combination_after_the_recipe_as_it_is():
    grids = [("model.dropout", ["0.0", "0.5"]), ("model.activation", ["relu", "gelu"])]
    variants = grid_variants(RECIPE, grids)
    assert [each.name for each in variants] == [
        "dropout=0.0, activation=relu",  # which is the recipe as it is
        "dropout=0.0, activation=gelu",
        "dropout=0.5, activation=relu",
        "dropout=0.5, activation=gelu",
    ]


def test_the_recipe_comes_first_where_no_value_is_its_own():
    variants = one_by_one(RECIPE, [("model.dropout", ["0.1"]), ("model.activation", ["gelu"])])
    assert [(each.name, each.assignments) for each in variants] == [
        (AS_IT_IS, ()), ("dropout=0.1", ("model.dropout=0.1",)),
        ("gelu", ("model.activation=gelu",)),
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_named_sweeps_change_what_they_say(name):
    variants = named_variants(RECIPE, name)
    recipes = [override(RECIPE, each.assignments) for each in variants]
    assert recipes[0] == RECIPE
    assert len(variants) >= 2
    assert len(set(map(repr, recipes))) == len(recipes)


@pytest.mark.parametrize("reference", [None, 128])
def test_batch_sizes_bring_their_rate(reference):
    """By the sweep, or where the optimizer scales it by itself, by that, and not twice."""
    optimizer = SGD(learning_rate=0.1, reference_batch_size=reference)
    recipe = replace(RECIPE, optimizer=optimizer)
    recipes = [override(recipe, each.assignments) for each in named_variants(recipe, "batch-size")]
    rates = {each.batch_size: each.optimizer.peak_rate(each.batch_size) for each in recipes}
    assert rates == pytest.approx({128: 0.1, 32: 0.025, 64: 0.05, 256: 0.2, 512: 0.4})


@pytest.mark.parametrize(
    ("recipe", "name", "message"),
    [
        (RECIPE, "initialisers", "Did you mean 'initializers'"),
        (Recipe(data=Digits(), model=MLP(), epochs=1), "pooling", "model.pooling is not a field"),
        (
            Recipe(data=Digits(), model=MLP(), epochs=1, optimizer=Call(
                "keras.optimizers:SGD", learning_rate=0.1)),
            "batch-size",
            "whose learning_rate can be scaled",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_swept(recipe, name, message):
    with pytest.raises(RecipeError, match=message):
        named_variants(recipe, name)


def test_the_default_rate_of_a_part_is_no_surprise():
    """`optimizers` states a rate for each, so that none is judged at another's."""
    for each in named_variants(RECIPE, "optimizers")[1:]:
        assert "learning_rate" in each.assignments[0]
    assert isinstance(
        override(RECIPE, named_variants(RECIPE, "optimizers")[2].assignments).optimizer, Adam
    )
