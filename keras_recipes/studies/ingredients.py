"""What a recipe is made of, one ingredient at a time: variants without each, and with another."""

import itertools
from dataclasses import is_dataclass

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Call, Recipe
from keras_recipes.recipe.text import one_line
from keras_recipes.studies.grid import AS_IT_IS
from keras_recipes.studies.variant import Variant

NEUTRAL = {
    "loss": {"label_smoothing": 0.0, "class_weights": None},
    "model": {
        "dropout": 0.0, "spatial_dropout": 0.0, "block_dropout": 0.0, "stochastic_depth": 0.0,
        "normalization": "none", "zero_init_residual": False,
    },
    "optimizer": {
        "weight_decay": 0.0, "momentum": 0.0, "nesterov": False, "clip_norm": None,
        "clip_value": None, "ema_momentum": None, "layer_decay": 1.0,
    },
    "schedule": {"warmup_epochs": 0.0},
}  # fmt: skip
"""Part to its fields, each with the value at which it does nothing."""
COMPANIONS = ("mixup_off_epochs=0", "loss.target_threshold=None")
"""What an ingredient takes along where it can't be left out alone."""
ADDITIONS = {
    "with label smoothing": "loss.label_smoothing=0.1",
    "with dropout": "model.dropout=0.2",
    "with weight decay": "optimizer.weight_decay=0.0005",
    "with averaged weights": "optimizer.ema_momentum=0.999",
    "with warm-up": "schedule.warmup_epochs=1.0",
    "with a cosine schedule": "schedule=Cosine()",
}
"""Of fields that are neutral; parts of augmentation are in `_augmentations`."""


def without_each(recipe: Recipe) -> list[Variant]:
    """The recipe as it is, and without each of its ingredients.

    Ingredients are the parts of `augment`, pretraining, the schedule, and the fields in `NEUTRAL`,
    where the recipe states them for all phases. Settings within a phase stay as they are.
    """
    variants = [Variant(name=AS_IT_IS)]
    for name, assignment in _removals(recipe):
        variant = _possible(recipe, f"without {name}", assignment)
        if variant is not None and variant.change(recipe) != recipe:
            variants.append(variant)
    return variants


def with_each(recipe: Recipe) -> list[Variant]:
    """The recipe with each ingredient that it lacks: see `ADDITIONS`, and some augmentation."""
    variants = []
    for name, assignment in [*ADDITIONS.items(), *_augmentations(recipe)]:
        part, _, field = assignment.partition("=")[0].partition(".")
        value = getattr(recipe, part)
        absent = value is None
        if field:
            neutral = NEUTRAL[part].get(field)
            absent = hasattr(value, field) and getattr(value, field) == neutral
        elif part == "augment":
            absent = True
        variant = _possible(recipe, name, assignment) if absent else None
        if variant is not None:
            variants.append(variant)
    return variants


def _removals(recipe):
    for index, part in enumerate(recipe.augment):
        rest = (*recipe.augment[:index], *recipe.augment[index + 1 :])
        yield _name(part, recipe.augment), f"augment={one_line(rest)}"
    if recipe.pretrain is not None:
        yield "pretraining", "pretrain=None"
    if recipe.schedule is not None:
        yield "a schedule", "schedule=None"
    for part, fields in NEUTRAL.items():
        value = getattr(recipe, part)
        for field, neutral in fields.items():
            if is_dataclass(value) and hasattr(value, field):
                yield f"{part}.{field}", f"{part}.{field}={neutral!r}"


def _augmentations(recipe):
    """Parts that are not there, each put before those that mix images."""
    there = {_name(each, ()) for each in recipe.augment}
    for name, text in (
        ("PaddedCrop", "PaddedCrop(4)"), ("Flip", "Flip()"), ("Rotation", "Rotation(10)"),
        ("Cutout", "Cutout(8)"), ("MixUp", "MixUp(0.2)"), ("CutMix", "CutMix(1.0)"),
    ):  # fmt: skip
        if name in there:
            continue
        kept = [one_line(each) for each in recipe.augment]
        if name in ("MixUp", "CutMix"):
            kept.append(text)
        else:
            mixing = [n for n, each in enumerate(recipe.augment) if _mixes(each)]
            kept.insert(mixing[0] if mixing else len(kept), text)
        yield f"with {name}", f"augment=({', '.join(kept)},)"


def _mixes(part):
    return type(part).__name__ in ("MixUp", "CutMix", "OneOf", "Sometimes")


def _name(part, parts):
    """Its class; with its place where there are several of it."""
    name = part.target.rpartition(":")[2] if isinstance(part, Call) else type(part).__name__
    same = [each for each in parts if type(each) is type(part)]
    return f"{name} {parts.index(part)}" if len(same) > 1 else name


def _has_field(recipe, path):
    value = recipe
    for name in path.split("."):
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
    return True


def _possible(recipe, name, assignment):
    """The variant, with what it takes along; None where the recipe can't be without it."""
    there = [each for each in COMPANIONS if _has_field(recipe, each.partition("=")[0])]
    fewest_first = (itertools.combinations(there, number) for number in range(len(there) + 1))
    for along in itertools.chain.from_iterable(fewest_first):
        variant = Variant(name=name, assignments=(assignment, *along))
        try:
            variant.change(recipe)
        except RecipeError:
            continue
        return variant
    return None
