"""Short trainings of one recipe at many learning rates, each from the same state.

One model is compiled; its variables are put back for each training, and rates are set in the
optimizer, so nothing is traced again.
"""

import functools
import math
from dataclasses import replace

import keras
import numpy as np
from find_lr_pairs import RECIPES

from keras_recipes.callbacks import CosineDecay
from keras_recipes.data import evaluation_batches, steps_per_epoch, training_batches
from keras_recipes.model_state import ModelState
from keras_recipes.recipe import resolve_phases
from keras_recipes.training.build import build_augmentation, build_model, compile_phase
from keras_recipes.training.fit import dtype_policy
from keras_recipes.training.hardware import training_device
from keras_recipes.training.precision import choose_speed
from keras_recipes.tuning import find_lr

WARMUP_SHARE = 0.1
"""Of the training."""


class Trainer:
    """The compiled model of a recipe, and its data.

    Args:
        recipe: what to train; its schedule is a cosine.
    """

    def __init__(self, recipe):
        self.recipe = recipe
        self.dataset = _read(recipe.data)
        (phase,) = resolve_phases(recipe)
        self._speed = choose_speed(training_device(), recipe.precision)
        self.model = self._build()
        # Without a schedule in the optimizer, so that a callback can set every rate.
        compile_phase(
            self.model,
            replace(phase, schedule=None),
            np.ones(1),
            self.dataset,
            RECIPES,
            self._speed,
        )
        self._validation = _arrays(
            evaluation_batches(self.dataset.validation, self.dataset.num_classes, 500)
        )
        # Made before the state is kept, which holds them: nothing is traced again.
        self.model.make_train_function()
        self.model.make_test_function()
        self._untrained = ModelState(self.model)

    def _build(self):
        with dtype_policy(self._speed.precision):
            return build_model(self.recipe, self.dataset, RECIPES, self._speed)

    def begin(self, seed):
        """Give the model the weights, and draw the batches, of a seed."""
        self.seed = seed
        self._untrained.restore()
        keras.utils.set_random_seed(seed)
        for mine, fresh in zip(self.model.variables, self._build().variables, strict=True):
            mine.assign(fresh)
        self._start = ModelState(self.model)
        self._train = _arrays(self._training_batches())

    def _training_batches(self):
        recipe, train = self.recipe, self.dataset.train
        augment = build_augmentation(
            recipe.augment, self.dataset, RECIPES, seed=self.seed, batch_size=recipe.batch_size
        )
        return training_batches(
            train,
            self.dataset.num_classes,
            seed=self.seed,
            batch_size=recipe.batch_size,
            first_step=0,
            last_step=recipe.epochs * steps_per_epoch(train, recipe.batch_size),
            augment=augment,
        )

    def range_test(self):
        """`LossCurve` of a range test as `find_lr` makes it by default."""
        size = self.recipe.batch_size
        return find_lr(self.model, self._train, batch_size=size, seed=self.seed).curves[0]

    def validation_nll(self, rate):
        """After a training with this highest rate; infinite if it diverges."""
        self._start.restore()
        # One epoch of fit, in which the batches of all epochs follow one another.
        self.model.fit(
            *self._train,
            batch_size=self.recipe.batch_size,
            shuffle=False,
            verbose=0,
            callbacks=[
                CosineDecay(rate, warmup_epochs=WARMUP_SHARE),
                keras.callbacks.TerminateOnNaN(),
            ],
        )
        found = self.model.evaluate(*self._validation, batch_size=500, verbose=0, return_dict=True)
        self._start.restore()
        return found["nll"] if math.isfinite(found["nll"]) else math.inf


@functools.cache
def _read(data):
    return data.build()


def _arrays(batches):
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)
