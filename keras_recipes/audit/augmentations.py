"""Which augmentations of a recipe an audit tries, and the recipe without one of them."""

import math
from dataclasses import dataclass, replace

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Call, OneOf, Recipe, Sometimes, resolve_phases
from keras_recipes.recipe.augment.policy import mixing_parts
from keras_recipes.recipe.text import one_line


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Augmentations, each by itself.

    Attributes:
        parts: what a person calls it, to the part.
        left_out: those that mix labels, as they are meant to.
    """

    parts: dict
    left_out: tuple[str, ...]


def augmentations_of(recipe: Recipe, also=()) -> Tried:
    """The augmentations of all phases, and others.

    Policies are opened: `OneOf` and `Sometimes` hold parts that are tried by themselves.

    Args:
        also: further parts to try.

    Raises:
        RecipeError: if there is none.
    """
    stated = [each for phase in resolve_phases(recipe) for each in phase.augment]
    parts, left_out = {}, []
    for each in _opened((*stated, *also)):
        name = _name(each)
        if mixing_parts((each,)):
            left_out.append(name)
        else:
            parts[name] = each
    if not parts:
        raise nothing_to_try(mixing=bool(left_out))
    return Tried(parts=parts, left_out=tuple(dict.fromkeys(left_out)))


def nothing_to_try(*, mixing: bool) -> RecipeError:
    """The error that there is no augmentation to try, to be raised; `mixing`: but some that mix."""
    lacks = "augmentation but what mixes labels" if mixing else "augmentation"
    return RecipeError(
        "augment", f"has no {lacks}, so there is nothing to try",
        'Name an augmentation to try, for example --also "Rotation(180)".',
    )  # fmt: skip


def without(recipe: Recipe, part) -> Recipe:
    """The recipe with an augmentation left out wherever it has it, perhaps nowhere.

    A network that is trained on turned digits has been told that a turned 6 is a 6, and can't say
    that it looks like a 9. One that has seen none can; and all else that the recipe teaches keeps
    it from stumbling over any small change.
    """
    phases = tuple(
        each if each.augment is None else replace(each, augment=_removed(each.augment, part))
        for each in recipe.phases
    )
    return replace(recipe, augment=_removed(recipe.augment, part), phases=phases)


def having(recipe: Recipe, part) -> Recipe:
    """The recipe with an augmentation: itself where it has it, else with it in every phase."""
    stated = [each for phase in resolve_phases(recipe) for each in phase.augment]
    if part in list(_opened(stated)):
        return recipe
    phases = tuple(
        replace(each, augment=())  # the recipe's is no longer empty
        if each.keep_features
        else each
        if each.augment is None
        else replace(each, augment=_added(each.augment, part))
        for each in recipe.phases
    )
    if any(each.augment is None for each in phases):
        recipe = replace(recipe, augment=_added(recipe.augment, part), phases=phases)
    return replace(recipe, phases=phases)


def _added(parts, part):
    """The parts with one more, before those that mix images."""
    mixing = [n for n, each in enumerate(parts) if mixing_parts((each,))]
    place = mixing[0] if mixing else len(parts)
    return (*parts[:place], part, *parts[place:])


def _removed(parts, part):
    """The parts without one, in policies too, whose other parts keep their probability."""
    kept = []
    for each in parts:
        if isinstance(each, OneOf):
            each = _one_of_others(each, part)
        elif isinstance(each, Sometimes):
            (inner,) = _removed((each.layer,), part) or (None,)
            each = None if inner is None else replace(each, layer=inner)
        if each is not None and each != part:
            kept.append(each)
    return tuple(kept)


def _one_of_others(policy, part):
    shares = policy.probabilities or (1 / len(policy.layers),) * len(policy.layers)
    kept = []
    for layer, share in zip(policy.layers, shares, strict=True):
        kept += [(each, share) for each in _removed((layer,), part)]
    if len(kept) == len(policy.layers):
        return replace(policy, layers=tuple(each for each, _ in kept))
    if not kept:
        return None
    share = math.fsum(each for _, each in kept)
    if len(kept) == 1:
        return Sometimes(kept[0][0], probability=share)
    layers, shares = zip(*kept, strict=True)
    rest = OneOf(layers, probabilities=tuple(each / share for each in shares))
    return Sometimes(rest, probability=share)


def _opened(parts):
    for each in parts:
        if isinstance(each, OneOf):
            yield from _opened(each.layers)
        elif isinstance(each, Sometimes):
            yield from _opened((each.layer,))
        else:
            yield each


def _name(part):
    """As `--set` writes it, without what is as it is unless told."""
    if isinstance(part, Call):
        return one_line(part)
    stated = {
        each: getattr(part, each)
        for each, field in type(part).__dataclass_fields__.items()
        if getattr(part, each) != field.default
    }
    inside = ", ".join(f"{name}={one_line(value)}" for name, value in stated.items())
    return f"{type(part).__name__}({inside})"
