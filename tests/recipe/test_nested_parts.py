"""Parts that hold parts: printed, set, counted, built; and mixing that rests."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from keras_recipes import (
    Call,
    CifarResNet,
    CropAndResize,
    CutMix,
    Digits,
    Flip,
    MixUp,
    OneOf,
    PaddedCrop,
    Phase,
    RandAugment,
    Recipe,
    RecipeError,
    Sometimes,
)
from keras_recipes.data import Dataset, Examples
from keras_recipes.recipe import resolve_phases
from keras_recipes.recipe.load import load, named_files
from keras_recipes.recipe.override import override
from keras_recipes.recipe.text import to_flat, to_python
from keras_recipes.training.build import build_augmentation
from keras_recipes.training.phase_trainer import must_rest

NESTED = (
    PaddedCrop(1),
    OneOf(
        (Sometimes(MixUp(0.3)), CutMix(), Call("own.py:brighter")), probabilities=(0.2, 0.3, 0.5)
    ),
)
OWN = """
def brighter(num_classes):
    def layer(batch):
        return {**batch, "images": batch["images"] + 100.0}

    assert num_classes == 10
    return layer
"""


def recipe(**choices):
    return Recipe(data=Digits(), model=CifarResNet(), **{"epochs": 9, "augment": NESTED, **choices})


def test_it_prints_as_python_that_loads_equal(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "saved.py").write_text(to_python(recipe()))
    assert load(str(tmp_path / "saved.py")).recipe == recipe()


def test_flat_names_are_what_set_takes():
    flat = to_flat(recipe())
    assert flat["augment.1"] == "OneOf"
    assert flat["augment.1.layers.0.layer.alpha"] == 0.3
    assert flat["augment.1.layers.2"] == "Call('own.py:brighter')"
    assert flat["augment.1.probabilities"] == (0.2, 0.3, 0.5)
    changed = override(
        recipe(),
        ["augment.1.layers.0.layer.alpha=0.7", "augment.1.layers.1=RandAugment(1, magnitude=3)"],
    )
    assert changed.augment[1].layers[:2] == (Sometimes(MixUp(0.7)), RandAugment(1, 3.0))


def test_files_named_within_are_found(tmp_path):
    assert named_files(recipe()) == ["own.py"]
    assert named_files(Sometimes(OneOf((Flip(), Call("a.py:f"))))) == ["a.py"]
    (tmp_path / "saved.py").write_text(to_python(recipe()))
    with pytest.raises(RecipeError, match=r"names a file that does not exist: own\.py"):
        load(str(tmp_path / "saved.py"))


def digits():
    examples = Examples.whole(np.zeros((8, 8, 8, 1), "uint8"), np.arange(8))
    return Dataset(
        name="few",
        train=examples,
        validation=examples,
        read_test=lambda: examples,
        class_names=tuple("0123456789"),
        fingerprint="",
    )


def test_a_call_within_is_built_beside_the_recipe(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    augment = (OneOf((Sometimes(Call("own.py:brighter"), probability=1.0), Flip())),)
    pipeline = build_augmentation(augment, digits(), tmp_path, seed=0, batch_size=8)
    images, _ = pipeline(np.zeros((8, 8, 8, 1), "uint8"), tf.eye(8, 10), 0, 0)
    assert set(np.unique(images)) == {0, 100}


def test_a_crop_for_some_keeps_the_size_of_all(tmp_path):
    """Images that are kept larger than they are seen."""
    examples = Examples.whole(np.zeros((8, 8, 8, 1), "uint8"), np.arange(8), image_size=(6, 6))
    dataset = replace(digits(), train=examples)
    for part, shape in (
        (CropAndResize(), (6, 6, 1)),
        (Sometimes(CropAndResize()), (8, 8, 1)),
        (OneOf((CropAndResize(), Sometimes(CropAndResize()))), (8, 8, 1)),
    ):
        pipeline = build_augmentation((part,), dataset, tmp_path, seed=0, batch_size=8)
        assert pipeline.image_shape == shape


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"augment": (Sometimes(CutMix()),), "batch_size": 1}, "batch_size must be .* CutMix"),
        ({"augment": (OneOf((Flip(), MixUp())),), "batch_size": 1}, "batch_size must be .* MixUp"),
        ({"mixup_off_epochs": 9}, "mixup_off_epochs must be less than the 9 epochs; got 9"),
        ({"mixup_off_epochs": -1}, "mixup_off_epochs must be at least 0"),
        (
            {"mixup_off_epochs": 2, "augment": (Flip(), OneOf((Flip(), RandAugment())))},
            "mixup_off_epochs takes no effect: augment has no MixUp or CutMix",
        ),
        (
            {"phases": (Phase(name="a", augment=(), mixup_off_epochs=1), Phase(name="b"))},
            r"phases\.0\.mixup_off_epochs takes no effect",
        ),
        (
            {"epochs": None, "phases": (Phase(epochs=2, mixup_off_epochs=2),)},
            "mixup_off_epochs must be less than the 2 epochs",
        ),
        (
            {
                "mixup_off_epochs": 3,
                "epochs": None,
                "phases": (Phase(name="a", epochs=3), Phase(name="b", epochs=5)),
            },
            r"phases\.0\.mixup_off_epochs must be less than the 3 epochs",
        ),
    ],
)
def test_contradictions_are_refused(choices, message):
    with pytest.raises(RecipeError, match=message):
        recipe(**choices)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OneOf(Flip()), r"augment\.OneOf\.layers must be a tuple .*tuple of one"),
        (lambda: OneOf((Flip(),)), r"augment\.OneOf\.layers must hold at least two"),
        (lambda: OneOf((Flip(), 3)), r"augment\.OneOf\.layers must be a tuple of \(AugMix"),
        (
            lambda: OneOf((Flip(), CutMix()), probabilities=(0.5, 0.6)),
            r"augment\.OneOf\.probabilities must sum to 1; got .* 1\.1",
        ),
        (lambda: OneOf((Flip(), CutMix()), probabilities=(0.5,)), "one for each of the 2 layers"),
        (lambda: Sometimes(Flip), r"augment\.Sometimes\.layer must be .*Call it: Flip\(\.\.\.\)"),
        (lambda: Sometimes(Flip(), probability=0), r"probability must be in \(0, 1\]; got 0"),
        (lambda: RandAugment(operations=()), r"RandAugment\.operations must be names"),
        (lambda: RandAugment(operations=("spin",)), r"RandAugment\.operations must be a tuple"),
        (lambda: RandAugment(magnitude=30), r"magnitude must be in \[0, 10\]; got 30"),
        (lambda: CutMix(0), r"augment\.CutMix\.alpha must be at least 0\.05; got 0"),
        (
            lambda: RandAugment().build((8, 8, 4), 10),
            r"augment\.RandAugment takes grey or colour images",
        ),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(RecipeError, match=message):
        make()


def test_phases_inherit_the_number_and_state_their_own():
    both = recipe(
        mixup_off_epochs=2,
        phases=(
            Phase(name="head", augment=(), epochs=1),
            Phase(name="a"),
            Phase(name="b", mixup_off_epochs=0),
        ),
    )
    assert [phase.mixup_off_epochs for phase in resolve_phases(both)] == [2, 2, 0]


def test_a_layer_unknown_to_mix_cannot_rest(tmp_path):
    (tmp_path / "own.py").write_text(OWN)
    augment = (Call("own.py:brighter"),)
    options = {"seed": 0, "batch_size": 8, "mixing_until_epoch": 2}
    with pytest.raises(RecipeError, match=r"mixup_off_epochs takes no effect: .*mixes_labels"):
        build_augmentation(augment, digits(), tmp_path, **options)
    build_augmentation(augment, digits(), tmp_path, must_rest=False, **options)


def test_what_a_recipe_says_for_all_phases_need_not_hold_in_each():
    mixing, other = Phase(name="a"), Phase(name="b", augment=(Call("own.py:brighter"),))
    both = recipe(mixup_off_epochs=2, phases=(mixing, other))
    assert not must_rest(both, resolve_phases(both)[1])
    alone = recipe(mixup_off_epochs=2, augment=other.augment)
    assert must_rest(alone, resolve_phases(alone)[0])
    stated = recipe(phases=(mixing, replace(other, mixup_off_epochs=2)))
    assert must_rest(stated, resolve_phases(stated)[1])
