"""Pretraining as the first phase of a run: stock `fit` of the keyed stream, on another task."""

import keras
import numpy as np

from keras_recipes.augment import batch_key
from keras_recipes.callbacks.model_file import ModelFile
from keras_recipes.data import channel_statistics, evaluation_batches, steps_per_epoch
from keras_recipes.data.central_resize import central_resize
from keras_recipes.errors import RecipeError
from keras_recipes.models import set_trainable
from keras_recipes.pretraining import LinearProbe, feature_model
from keras_recipes.recipe.pretrain.as_phase import pretraining_batch_size
from keras_recipes.training.build import build_augmentation, build_optimizer
from keras_recipes.training.devices import require_even_shares
from keras_recipes.training.evaluate import EVALUATION_BATCH
from keras_recipes.training.phase_trainer import PhaseTrainer
from keras_recipes.training.unlabelled import unlabelled_dataset

_SPOILING = -1
"""Counter of the key of what a task itself draws; those of layers are counted from 0."""
_NO_EPOCH = 2**31 - 1


class PretrainTrainer(PhaseTrainer):
    """Trains the network's body by `recipe.pretrain`; it ends with the last weights.

    There is no validation but the linear probe, which chooses nothing: a choice by it would be one
    by labels.

    Args:
        phase: `pretraining_phase(recipe)`.

    Attributes:
        model: the network of the task, which shares the body of `trained`.
        trained: the recipe's own network, with which the run goes on.
    """

    def __init__(self, model, phase, recipe, dataset, directory, speed, rate_share=1.0):
        self.recipe, self.phase, self.directory = recipe, phase, directory
        self.trained, self._labelled = model, dataset
        self.dataset = unlabelled_dataset(recipe, dataset, directory)
        self.batch_size = pretraining_batch_size(recipe)
        require_even_shares(self.batch_size)
        if any(each.trainable is not None for each in recipe.phases):
            # A later phase may have been rehearsed, with most layers frozen.
            statistics = getattr(recipe.model, "batch_normalization", "training")
            set_trainable(model, "all", batch_normalization=statistics)
        self._task = recipe.pretrain.build(model, *channel_statistics(self.dataset.train))
        self.model = self._task.network
        self.per_epoch = steps_per_epoch(self.dataset.train, self.batch_size)
        self.set_rates(rate_share)
        self.model.compile(
            optimizer=build_optimizer(self.model, phase, self.rates, directory.path),
            loss=self._task.loss,
            metrics=list(self._task.metrics),
            jit_compile=speed.jit_compile,
        )
        self.callbacks, self.stopping = [], None
        self._views = self._make_views()

    def finish(self):
        """Keep what was learnt, with the head as it began, for other runs to begin with."""
        ModelFile(self.directory.pretrained_model).save(self.trained)

    def rehearse(self):
        """Nothing: it is always the first phase, and begins at once."""

    def best(self, progress):
        return _NoBest(self.directory.best_model)

    def measures(self):
        own = self.recipe.pretrain
        if not own.probe_examples:
            return []
        train = self._labelled.train
        chosen = np.random.default_rng(self.recipe.seed).permutation(len(train))
        some = train.subset(np.sort(chosen[: own.probe_examples]))
        labelled, validation = (
            evaluation_batches(each, self._labelled.num_classes, EVALUATION_BATCH)
            for each in (some, self._labelled.validation)
        )
        features = feature_model(self.trained)
        return [LinearProbe(features, labelled, validation, every=own.probe_every)]

    def _following(self, first_epoch, batches, after_batch=None):
        return []

    def _validation(self, dataset=None):
        return None

    def _augmentation(self, last_epoch):
        return self._views

    def _make_views(self):
        import tensorflow as tf

        seed, size = self.recipe.seed, self.dataset.image_shape[:2]
        rows = self.batch_size * self._task.copies
        pipeline = build_augmentation(
            self.phase.augment,
            self.dataset,
            self.directory.path,
            seed=seed,
            batch_size=rows,
            mixing_until_epoch=_NO_EPOCH,
            must_rest=False,
        )
        if pipeline.rests:
            raise RecipeError(
                "augment", "has a part that mixes images, which have no labels to mix",
                "State an augmentation without it.",
            )  # fmt: skip
        no_labels = np.zeros((rows, self.dataset.num_classes), np.float32)

        def views(images, labels, epoch, step):
            def augment(batch):
                changed, _ = pipeline(batch, tf.constant(no_labels), epoch, step)
                return central_resize(changed, size)

            return self._task.batch(images, augment, batch_key(seed, epoch, step, _SPOILING))

        return views


class _NoBest(keras.callbacks.Callback):
    """In the place of `BestCheckpoint`: no epoch is kept, and later phases have none to beat."""

    def __init__(self, filepath):
        super().__init__()
        self.filepath = filepath

    def get_state(self):
        return None

    def set_state(self, state):
        pass
