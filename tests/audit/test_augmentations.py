"""Which augmentations an audit tries, and the recipes with and without one."""

from dataclasses import replace

import pytest

from keras_recipes import (
    MLP,
    Call,
    CutMix,
    Digits,
    Flip,
    MixUp,
    OneOf,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
    Rotation,
    Sometimes,
)
from keras_recipes.audit.asked_recipes import asked_recipes
from keras_recipes.audit.augmentations import augmentations_of, having, without

CROP, FLIP, TURN = PaddedCrop(1), Flip(), Rotation(180)


def recipe_with(*augment, **choices):
    return Recipe(data=Digits(), model=MLP(), augment=augment, **{"epochs": 1, **choices})


def test_policies_are_opened_and_what_mixes_is_left_out():
    tried = augmentations_of(recipe_with(CROP, OneOf((TURN, Sometimes(FLIP))), MixUp(0.3)), (FLIP,))
    assert list(tried.parts.values()) == [CROP, TURN, FLIP]
    assert list(tried.parts) == ["PaddedCrop(padding=1)", "Rotation(degrees=180.0)", "Flip()"]
    assert tried.left_out == ("MixUp(alpha=0.3)",)


def test_the_augmentation_of_every_phase_is_tried():
    recipe = recipe_with(CROP, phases=(Phase(name="a"), Phase(name="b", augment=(FLIP,))))
    assert list(augmentations_of(recipe).parts.values()) == [CROP, FLIP]


def test_nothing_to_try_is_an_error():
    with pytest.raises(RecipeError, match="has no augmentation, so there is nothing to try"):
        augmentations_of(recipe_with())
    with pytest.raises(RecipeError, match="has no augmentation but what mixes labels"):
        augmentations_of(recipe_with(CutMix()))


def test_without_one_the_others_keep_their_place_and_probability():
    policy = OneOf((CROP, FLIP, TURN), probabilities=(0.5, 0.25, 0.25))
    assert without(recipe_with(CROP, FLIP), CROP).augment == (FLIP,)
    assert without(recipe_with(Sometimes(FLIP)), FLIP).augment == ()
    (left,) = without(recipe_with(policy), FLIP).augment
    assert left.probability == 0.75
    assert left.layer.layers == (CROP, TURN)
    assert left.layer.probabilities == pytest.approx((2 / 3, 1 / 3))
    (left,) = without(recipe_with(OneOf((CROP, FLIP))), FLIP).augment
    assert left == Sometimes(CROP, probability=0.5)
    assert without(recipe_with(CROP), FLIP) == recipe_with(CROP)
    phases = (Phase(name="a"), Phase(name="b", augment=(FLIP, CROP)))
    assert without(recipe_with(FLIP, phases=phases), FLIP).phases[1].augment == (CROP,)


def test_with_one_more_it_comes_before_what_mixes():
    assert having(recipe_with(CROP, FLIP), FLIP) == recipe_with(CROP, FLIP)
    assert having(recipe_with(OneOf((CROP, FLIP))), FLIP).augment == (OneOf((CROP, FLIP)),)
    assert having(recipe_with(CROP, MixUp()), FLIP).augment == (CROP, FLIP, MixUp())
    own = (Phase(name="a", augment=()), Phase(name="b", augment=(CROP,)))
    found = having(recipe_with(phases=own), FLIP)
    assert [each.augment for each in found.phases] == [(FLIP,), (CROP, FLIP)]
    assert found.augment == ()
    kept = (Phase(name="a", trainable="head", keep_features=True), Phase(name="b"))
    found = having(recipe_with(phases=kept), FLIP)
    assert (found.augment, found.phases[0].augment, found.phases[1].augment) == ((FLIP,), (), None)


def test_what_is_trained():
    recipe = recipe_with(CROP, FLIP)
    tried = augmentations_of(recipe, (TURN,))
    asked = asked_recipes(recipe, folds=3, labels=True, tried=tried, networks=2)
    assert list(asked.folds) == ["fold 1", "fold 2", "fold 3"]
    assert list(asked.pairs) == list(tried.parts)
    lacks, has = asked.pairs["Flip()"][1].values()
    assert lacks == replace(asked.folds["fold 2"], augment=(CROP,))
    assert has == asked.folds["fold 2"]
    lacks, has = asked.pairs["Rotation(degrees=180.0)"][0].items()
    assert lacks == ("fold 1", asked.folds["fold 1"])
    assert has == ("fold 1 with Rotation(degrees=180.0)",
                   replace(asked.folds["fold 1"], augment=(CROP, FLIP, TURN)))  # fmt: skip
    # Two folds with and without each of three, of which four recipes are folds as they are.
    different = {repr(each) for each in asked.all().values()}
    assert len(different) == 3 + 2 * 3
    with pytest.raises(RecipeError, match="--networks must be from 1 to 3"):
        asked_recipes(recipe, folds=3, labels=True, tried=tried, networks=4)


def test_a_call_has_a_name_that_can_be_typed():
    call = Call("keras.layers:GaussianNoise", stddev=0.1)
    (name,) = augmentations_of(recipe_with(call)).parts
    assert name == "Call('keras.layers:GaussianNoise', stddev=0.1)"
