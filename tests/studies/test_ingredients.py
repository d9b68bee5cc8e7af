"""Each ingredient is left out by itself, and what is absent is put in."""

from dataclasses import replace
from pathlib import Path

import pytest

from keras_recipes import (
    MLP,
    SGD,
    BinaryCrossEntropy,
    Call,
    ConvNet,
    Cosine,
    CrossEntropy,
    CutMix,
    Digits,
    Flip,
    MixUp,
    PaddedCrop,
    Recipe,
    Rotations,
)
from keras_recipes.recipe.load import load, read_file
from keras_recipes.recipe.text import to_flat
from keras_recipes.studies.ingredients import with_each, without_each

RICH = Recipe(
    data=Digits(),
    augment=(PaddedCrop(1), Flip(), MixUp(0.2)),
    model=ConvNet(dropout=0.2),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=SGD(weight_decay=1e-3, ema_momentum=0.9),
    schedule=Cosine(warmup_epochs=1),
    mixup_off_epochs=2,
    epochs=5,
)


def changed_fields(recipe, variant):
    before, after = to_flat(recipe), to_flat(variant.change(recipe))
    return {name for name in before | after if before.get(name) != after.get(name)}


def test_one_at_a_time():
    variants = {each.name: changed_fields(RICH, each) for each in without_each(RICH)}
    assert list(variants) == [
        "as it is", "without PaddedCrop", "without Flip", "without MixUp", "without a schedule",
        "without loss.label_smoothing", "without model.dropout", "without model.normalization",
        "without optimizer.weight_decay", "without optimizer.momentum",
        "without optimizer.nesterov", "without optimizer.ema_momentum",
        "without schedule.warmup_epochs",
    ]  # fmt: skip
    assert variants["as it is"] == set()
    assert variants["without loss.label_smoothing"] == {"loss.label_smoothing"}
    assert variants["without optimizer.ema_momentum"] == {"optimizer.ema_momentum"}


def test_pretraining_is_an_ingredient():
    recipe = replace(RICH, pretrain=Rotations(epochs=2, augment=()))
    (without,) = [each for each in without_each(recipe) if each.name == "without pretraining"]
    assert without.change(recipe) == RICH


def test_what_hangs_on_an_ingredient_goes_with_it():
    variants = {each.name: each for each in without_each(RICH)}
    assert variants["without MixUp"].change(RICH).mixup_off_epochs == 0
    mixed = Recipe(
        data=Digits(), model=MLP(), augment=(CutMix(1.0),), epochs=5, mixup_off_epochs=1,
        loss=BinaryCrossEntropy(target_threshold=0.2),
    )  # fmt: skip
    (without,) = [each for each in without_each(mixed) if each.name == "without CutMix"]
    changed = without.change(mixed)
    assert (changed.augment, changed.mixup_off_epochs, changed.loss.target_threshold) == (
        (),
        0,
        None,
    )


def test_what_is_absent_is_put_in_before_what_mixes():
    variants = {each.name: each.change(RICH) for each in with_each(RICH)}
    assert [type(each).__name__ for each in variants["with Cutout"].augment] == [
        "PaddedCrop", "Flip", "Cutout", "MixUp",
    ]  # fmt: skip
    assert [type(each).__name__ for each in variants["with CutMix"].augment][-1] == "CutMix"
    assert "with Flip" not in variants
    assert "with dropout" not in variants
    plain = Recipe(data=Digits(), model=MLP(), epochs=3)
    added = {each.name: changed_fields(plain, each) for each in with_each(plain)}
    assert added["with label smoothing"] == {"loss.label_smoothing"}
    assert added["with weight decay"] == {"optimizer.weight_decay"}
    assert "schedule" in added["with a cosine schedule"]


def test_two_of_a_kind_have_numbers():
    noise = Call("keras.layers:GaussianNoise", stddev=0.1)
    augment = (noise, Flip(), Flip(mode="vertical"))
    twice = Recipe(data=Digits(), model=MLP(), epochs=3, augment=augment)
    names = [each.name for each in without_each(twice)]
    assert names[1:4] == ["without GaussianNoise", "without Flip 1", "without Flip 2"]


FILES = sorted((Path(__file__).parent.parent.parent / "recipes").glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.name)
def test_every_shipped_recipe_can_be_ablated(file):
    for name in read_file(file).variants:
        recipe = load(f"{file}:{name}").recipe
        variants = without_each(recipe) + with_each(recipe)
        assert len(variants) > 3
        assert len({each.name for each in variants}) == len(variants)
        for each in variants[1:]:
            assert each.change(recipe) != recipe
