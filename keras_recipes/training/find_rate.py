"""The learning rate of a phase, found by range tests of what a run would train."""

import math
from dataclasses import replace
from pathlib import Path

import keras

from keras_recipes.data import Dataset, steps_per_epoch, training_batches
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe, resolve_phases
from keras_recipes.training.build import build_augmentation, build_model, compile_phase
from keras_recipes.training.devices import training_on
from keras_recipes.training.fit import dtype_policy
from keras_recipes.training.learning_rates import (
    batches_per_update,
    learning_rates,
    require_peak_in_use,
)
from keras_recipes.training.precision import Speed
from keras_recipes.tuning import FoundRate, LRRangeTest, find_lr
from keras_recipes.tuning.find_lr import combine
from keras_recipes.tuning.loss_curve import RULES

_SEEDS = 2**31
"""A recipe's seed is below it."""


def find_rate(
    recipe: Recipe,
    dataset: Dataset,
    directory: Path,
    speed: Speed,
    *,
    phase: int = 0,
    rule: str = RULES[0],
    repeats: int = 3,
    devices: tuple[str, ...] = (),
    tell=None,
    **range_test,
) -> FoundRate:
    """Test the rates of a phase with its network, loss, optimizer, batches and augmentation.

    Each repeat has a seed of its own, the recipe's and those after it: of the weights, the order of
    the images and their augmentation. So the interval is over what chance does to a training. A
    later phase is tested from fresh weights too, though a run comes to it with trained ones. The
    images are those to train on alone. Where the optimizer accumulates, a rate is tested on all the
    batches of an update.

    Args:
        recipe: its schedule takes no part: what is tested is the rate that it would begin with.
        dataset: its data.
        directory: the folder that files named in the recipe are relative to.
        speed: as the run's.
        phase: index of the phase.
        rule: see `LossCurve.suggest`.
        repeats: tests, at least 1.
        devices: see `training_on`.
        tell: called after each test with its seed and its `Suggestion`.
        **range_test: see `LRRangeTest`; rates are those that the optimizer has in the end.

    Returns:
        `FoundRate`; `assignments_for_peak` makes a recipe of it.

    Raises:
        RecipeError: if a part can't be built, an epoch has one batch alone, the first loss is not
            finite, or something else than the optimizer states the phase's rates.
    """
    require_peak_in_use(recipe, phase, directory)
    if steps_per_epoch(dataset.train, recipe.batch_size) < 2:
        raise RecipeError(
            "batch_size",
            f"is {recipe.batch_size}, and the {len(dataset.train)} training images make one batch, "
            "on which the loss falls at any rate",
            "Use a smaller one, or more images.",
        )
    length = len(LRRangeTest(**range_test).rates)  # what is wrong with them is told first
    constant = replace(resolve_phases(recipe)[phase], schedule=None)
    dataset = dataset.of_size(constant.image_size)
    curves = []
    with dtype_policy(speed.precision), training_on(devices, recipe.batch_size):
        for repeat in range(repeats):
            one = replace(recipe, seed=(recipe.seed + repeat) % _SEEDS)
            model, batches = _begin(one, constant, dataset, directory, speed, length)
            (curve,) = find_lr(model, batches, rule=rule, **range_test).curves
            curves.append(curve)
            if tell is not None:
                tell(one.seed, curve.suggest(rule))
    return combine(curves, rule)


def _begin(recipe, phase, dataset, directory, speed, length):
    """The model of a run that begins with the phase, compiled, and the batches of `length` updates.

    Raises:
        RecipeError: if the optimizer has another rate than it is given.
    """
    keras.utils.set_random_seed(recipe.seed)
    model = build_model(recipe, dataset, directory, speed)
    per_epoch = steps_per_epoch(dataset.train, recipe.batch_size)
    rates = learning_rates(phase, recipe.batch_size, per_epoch, directory)
    compile_phase(model, recipe, phase, rates, dataset, directory, speed)
    built = getattr(model.optimizer, "learning_rate", rates[0])
    built = float(keras.ops.convert_to_numpy(built))  # several devices mirror it
    if not math.isclose(built, rates[0], rel_tol=1e-5):
        raise RecipeError(
            "optimizer",
            f"has a rate of {built:.3g} when it is given {rates[0]:.3g}, so a rate that is "
            "found can't be stated",
            "Have the function of the Call use learning_rate as it is.",
        )
    augment = build_augmentation(
        phase.augment, dataset, directory, seed=recipe.seed, batch_size=recipe.batch_size
    )
    batches = training_batches(
        dataset.train,
        dataset.num_classes,
        seed=recipe.seed,
        batch_size=recipe.batch_size,
        first_step=0,
        last_step=length * batches_per_update(phase),
        augment=augment,
    )
    return model, batches
