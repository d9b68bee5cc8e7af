"""A recipe's training, or its beginning, with its gradient noise scale measured on the way."""

import contextlib
import math

import numpy as np

from keras_recipes.data import Dataset, steps_per_epoch, training_batches
from keras_recipes.recipe import Recipe, resolve_phases, run_phases
from keras_recipes.recipe.augment.policy import may_mix
from keras_recipes.training.build import build_augmentation
from keras_recipes.training.fit import fit_recipe
from keras_recipes.training.phase_trainer import must_rest
from keras_recipes.training.precision import Speed
from keras_recipes.training.run_directory import RunDirectory
from keras_recipes.tuning import GradientNoiseScale

_OTHER_SEED = 1_000_003
"""Added to the recipe's, so that what is measured on is drawn and augmented otherwise."""


def measure_noise_scale(
    recipe: Recipe,
    dataset: Dataset,
    directory: RunDirectory,
    speed: Speed,
    *,
    phase: str,
    epochs: int,
    measurements: int,
    small_batch: int,
    factor: int,
    display=(),
) -> GradientNoiseScale:
    """Train as `run` would, to the bit, up to some epochs into a phase, and measure in that phase.

    Measured is on training images drawn with replacement and augmented as the phase does, in
    training mode, with the loss and in the precision that it trains in.

    Args:
        recipe: what to train.
        dataset: what to train on.
        directory: of the run.
        speed: precision and compilation.
        phase: name of the phase to measure in; those before it are trained whole.
        epochs: of that phase, at most as many as it has.
        measurements: how many over these epochs; up to twice as many where the steps between them
            would be no whole number, fewer where there are fewer steps.
        small_batch: images of a small batch.
        factor: small batches in a large one.
        display: as in `fit_recipe`.

    Returns:
        the callback, whose `history` and `over_training` tell what was measured.

    Raises:
        RecipeError: as `fit_recipe` does.
    """
    phases = resolve_phases(recipe)
    index = [each.name for each in phases].index(phase)
    whole = run_phases(recipe)
    first_epoch = sum(each.epochs for each in whole[: len(whole) - len(phases) + index])
    steps = steps_per_epoch(dataset.train, recipe.batch_size)
    every_steps = max(1, epochs * steps // measurements)
    resolved = phases[index]
    seen = dataset.of_size(resolved.image_size)
    resting = resolved.mixup_off_epochs if may_mix(resolved.augment) else 0
    augment = build_augmentation(
        resolved.augment,
        seen,
        directory.path,
        seed=(recipe.seed + _OTHER_SEED) % 2**31,
        batch_size=small_batch,
        mixing_until_epoch=first_epoch + resolved.epochs - resting if resting else None,
        must_rest=must_rest(recipe, resolved),
    )
    counts = _measurements_of_each_epoch(epochs, steps, every_steps)
    batches = _Batches(
        recipe, seen, augment, small_batch,
        {first_epoch + epoch: count * factor for epoch, count in enumerate(counts)},
    )  # fmt: skip
    meter = _PhaseMeter(batches, phase, epochs, factor=factor, every_steps=every_steps)
    with contextlib.suppress(_MeasuredEnough):
        fit_recipe(recipe, dataset, directory, speed, display=[*display, meter])
    return meter


def _measurements_of_each_epoch(epochs, steps, every_steps):
    """How many of the steps of each epoch are multiples of `every_steps`."""
    bounds = [math.ceil(epoch * steps / every_steps) for epoch in range(epochs + 1)]
    return [last - first for first, last in zip(bounds[:-1], bounds[1:], strict=True)]


class _Batches:
    """Small batches of training images, independent of each other, as each epoch augments them.

    Args:
        per_epoch: epoch to the number of batches that are measured on in it.
    """

    def __init__(self, recipe, dataset, augment, batch_size, per_epoch):
        self._recipe, self._dataset, self._augment = recipe, dataset, augment
        self._batch_size, self._per_epoch = batch_size, per_epoch

    def __iter__(self):
        train, seed = self._dataset.train, self._recipe.seed + _OTHER_SEED
        for epoch, count in self._per_epoch.items():
            if not count:
                continue
            # The stream takes each example of an epoch once; here some are there several times.
            chosen = np.random.default_rng((seed, epoch)).integers(
                len(train), size=count * self._batch_size
            )
            yield from training_batches(
                train.subset(chosen),
                self._dataset.num_classes,
                seed=seed % 2**31,
                batch_size=self._batch_size,
                first_step=epoch * count,
                last_step=(epoch + 1) * count,
                augment=self._augment,
            )


class _MeasuredEnough(Exception):
    """The epochs that were to be measured are over: the way out of a fit."""


class _PhaseMeter(GradientNoiseScale):
    """Measures in one phase, as one of the displays of `fit_recipe`, and ends the run after it."""

    def __init__(self, data, phase, epochs, **measuring):
        super().__init__(data, **measuring)
        self._phase, self._epochs = phase, epochs
        self._active = False

    def begin_phase(self, name, *about):
        """Called before the `fit` of each phase."""
        if self._active:
            raise _MeasuredEnough
        self._active = name == self._phase
        self._left = self._epochs

    def end_epoch(self, record):
        """Called when an epoch is logged."""

    def on_train_begin(self, logs=None):
        if self._active:
            super().on_train_begin(logs)

    def on_epoch_begin(self, epoch, logs=None):
        if self._active and not self._left:
            raise _MeasuredEnough
        self._left -= 1
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        if self._active:
            super().on_train_batch_begin(batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        if self._active:
            super().on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        if self._active:
            super().on_epoch_end(epoch, logs)
