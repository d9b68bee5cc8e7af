"""The phases that free a network from its end."""

import pytest

from keras_recipes import SGD, Recipe, RecipeError, gradual_unfreezing
from keras_recipes.recipe import resolve_phases


def test_head_then_stage_by_stage_then_everything():
    phases = gradual_unfreezing(2, epochs=3, last_epochs=7, optimizer=SGD(learning_rate=0.01))
    assert [(each.name, each.trainable, each.epochs) for each in phases] == [
        ("head", "head", 3), ("last-1", 1, 3), ("last-2", 2, 3), ("all", "all", 7),
    ]  # fmt: skip
    assert all(each.optimizer.learning_rate == 0.01 for each in phases)


def test_a_recipe_takes_them():
    from keras_recipes import MLP, Digits

    recipe = Recipe(data=Digits(), model=MLP(), phases=gradual_unfreezing(1, last_epochs=2))
    assert [each.trainable for each in resolve_phases(recipe)] == ["head", 1, "all"]


@pytest.mark.parametrize("stages", [0, True, 1.0, "2"])
def test_a_wrong_number_of_stages_is_refused(stages):
    with pytest.raises(RecipeError, match="whole number, at least 1"):
        gradual_unfreezing(stages, last_epochs=1)


def test_a_choice_that_no_phase_has_is_refused():
    with pytest.raises(RecipeError, match="Did you mean 'optimizer'"):
        gradual_unfreezing(1, last_epochs=1, optimiser=SGD())
