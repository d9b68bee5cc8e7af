"""One phase of a run: what it is made of, and stock `model.fit` over its epochs."""

import functools
from dataclasses import asdict

import numpy as np

from keras_recipes.callbacks.averaged_weights import AveragedWeights
from keras_recipes.callbacks.settable_rate import current_rate, require_settable_rate
from keras_recipes.data import evaluation_batches, steps_per_epoch, training_batches
from keras_recipes.models.split_head import split_head
from keras_recipes.optimizers import find_average
from keras_recipes.recipe import Recipe, resolve_phases
from keras_recipes.recipe.augment.policy import may_mix, mixing_parts
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.training.build import build_augmentation, build_callbacks, compile_phase
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.epoch_log import EpochLog
from keras_recipes.training.evaluate import EVALUATION_BATCH
from keras_recipes.training.events import ScalarEvents
from keras_recipes.training.finite_loss import FiniteLoss
from keras_recipes.training.following_rate import following_callbacks
from keras_recipes.training.head_training import HeadTraining
from keras_recipes.training.image_size import for_image_size
from keras_recipes.training.interrupt import InterruptCallback
from keras_recipes.training.learning_rates import learning_rates, peak_rate, rate_table
from keras_recipes.training.one_training import OneTraining
from keras_recipes.training.progress import StateKeeper
from keras_recipes.training.rewind import RATE_FACTOR


class PhaseTrainer:
    """One phase: compiles its model when it is made, and trains it in `fit`.

    Args:
        rate_share: what all of its learning rates are multiplied by.

    Attributes:
        model: the one that it is given or, for images of another size, one with its weights.
        trained: the model that the run goes on with: the same.
        batch_size: images a step.
        stopping: of the phase; None where no epoch is kept.
    """

    def __init__(self, model, phase, recipe, dataset, directory, speed, rate_share=1.0):
        self.recipe, self.phase, self.directory, self._speed = recipe, phase, directory, speed
        self.dataset = dataset = dataset.of_size(phase.image_size)
        self.model = model = for_image_size(model, recipe, dataset, directory.path, speed)
        self.trained, self.batch_size, self.stopping = model, recipe.batch_size, phase.stopping
        self.per_epoch = steps_per_epoch(dataset.train, self.batch_size)
        self.set_rates(rate_share)
        compile_phase(model, recipe, phase, self.rates, dataset, directory.path, speed)
        if follows_training(phase.schedule):
            name = type(phase.schedule).__name__
            require_settable_rate(model.optimizer, f"schedule={name}", "use schedule=None")
        self.callbacks = build_callbacks(phase, directory.path)

    def fit(self, progress, display, parallel_calls, checkpoint_seconds, every_epoch):
        """Train from `progress`, which is moved on, to the end of the phase.

        Raises:
            LossNotFinite: in the step in which the loss is no number any more.
        """
        directory, rewinds = self.directory, self.recipe.on_nan == "rewind"
        checkpoints = self._checkpoints()
        best = self.best(progress)
        interrupt = InterruptCallback()
        last_epoch = progress.phase_began + self.phase.epochs
        augment = self._augmentation(last_epoch)
        batches = functools.partial(self._batches, augment, parallel_calls)
        following = self._following(progress.phase_began, batches, interrupt.end_if_asked)
        averaged = [AveragedWeights()] if find_average(self.model.optimizer) else []

        def write(record):
            directory.append_metrics(record)
            for each in display:
                each.end_epoch(record)

        callbacks = [
            FiniteLoss(weights=rewinds),
            *averaged,
            *self.measures(),
            *display,
            EpochLog(
                write,
                phase=self.phase.name,
                batch_size=self.batch_size,
                **self._clock(progress),
            ),
            ScalarEvents(directory.events, **self._clock(progress)),
            *self.callbacks,
            best,
            *following,
        ]
        for each in display:
            each.begin_phase(
                self.phase.name,
                self._table,
                progress.phase_began,
                self.per_epoch,
                self.batch_size,
                self.stopping,
                progress.best,
            )
        with interrupt.listening():
            fitted, dataset, last = self.model, self.dataset, []
            if self.phase.keep_features:
                if progress.begun:  # by the weights that it stopped with
                    checkpoints.load().restore_state(fitted)
                head = HeadTraining(fitted, dataset, self._speed, interrupt.end_if_asked)
                fitted, dataset, augment = head.model, head.dataset, None
                last = [head.stops_with_the_whole()]
            keeper = StateKeeper(
                checkpoints,
                progress,
                best=best,
                following=following,
                others=self.callbacks,
                fitted=fitted,
                batch=lambda: (None, *2 * [np.zeros((1, self.dataset.num_classes), np.float32)]),
                steps=self.per_epoch,
                last_epoch=last_epoch,
                seconds=checkpoint_seconds,
                every_epoch=every_epoch or rewinds,  # so that it goes back to the same whenever
                at_begin=rewinds,
                asked=interrupt.is_asked,
            )
            training = OneTraining(
                [*callbacks, keeper, interrupt, *last],
                model=self.model,
                epochs=last_epoch,
                steps=self.per_epoch,
            )

            def batches_of(done, first, last):
                first_step = first * self.per_epoch + done
                return self._batches(
                    augment, parallel_calls, first_step, last * self.per_epoch, dataset=dataset
                )

            training.train(
                fitted,
                batches_of,
                initial_epoch=progress.epochs,
                epochs=last_epoch,
                done=progress.step,
                validation_data=self._validation(dataset),
            )

    def set_rates(self, rate_share):
        """Make the table of learning rates, all multiplied by `rate_share`."""
        phase = self.phase
        rates = learning_rates(phase, self.batch_size, self.per_epoch, self.directory.path)
        self.rates, self._rate_share = rates * np.float32(rate_share), rate_share
        self._table = rate_table(phase, self.rates)

    def best(self, progress):
        """The callback that keeps the best epoch."""
        return self.stopping.build(self.directory.best_model, progress.phase_began)

    def measures(self) -> list:
        """Callbacks that add to what is logged of an epoch."""
        return []

    def finish(self):
        """What is done when the phase is over."""

    def go_back(self, checkpoint, progress):
        """Have the run be where a checkpoint between epochs has it, with this trainer's rates.

        Args:
            checkpoint: of this phase.
            progress: how far it is then; it is saved.
        """
        checkpoint.restore_state(self.model)
        if self._table is None:  # callbacks may have changed what the optimizer holds
            optimizer = self.model.optimizer
            optimizer.learning_rate = current_rate(optimizer) * RATE_FACTOR
        steps = progress.epochs * self.per_epoch
        self._checkpoints().save(progress.phase, steps, asdict(progress), self.model)

    def _checkpoints(self):
        keep = self.recipe.on_nan == "rewind"
        return Checkpoints(self.directory.checkpoints, keep_epoch=keep)

    def training_data(self, steps: int):
        """The first batches of the phase, as the first of a run, with its augmentation."""
        return self._batches(self._augmentation(self.phase.epochs), None, 0, steps)

    def rehearse(self):
        """Build and begin what `fit` would on top of what is built, and train nothing."""
        if self.phase.keep_features:
            split_head(self.model)
        self._augmentation(self.phase.epochs)
        for each in self._following(0, None):
            each.set_params({"epochs": self.phase.epochs})
            each.set_model(self.model)
            each.on_train_begin()

    def _following(self, first_epoch, batches, after_batch=None):
        """What changes the rate as training goes: nothing, or callbacks, the last with a state."""
        return following_callbacks(
            self.phase,
            self.rates,
            peak=self._rate_share * peak_rate(self.phase, self.recipe.batch_size),
            first_epoch=first_epoch,
            steps=self.per_epoch,
            batches=batches,
            validation=self._validation(),
            after_batch=after_batch,
        )

    def _batches(self, augment, parallel_calls, first_step, last_step, dataset=None):
        dataset = dataset or self.dataset
        return training_batches(
            dataset.train,
            dataset.num_classes,
            seed=self.recipe.seed,
            batch_size=self.batch_size,
            first_step=first_step,
            last_step=last_step,
            augment=augment,
            parallel_calls=parallel_calls,
        )

    def _validation(self, dataset=None):
        dataset = dataset or self.dataset
        return evaluation_batches(dataset.validation, dataset.num_classes, EVALUATION_BATCH)

    def _augmentation(self, last_epoch):
        resting = self.phase.mixup_off_epochs if may_mix(self.phase.augment) else 0
        return build_augmentation(
            self.phase.augment,
            self.dataset,
            self.directory.path,
            seed=self.recipe.seed,
            batch_size=self.batch_size,
            mixing_until_epoch=last_epoch - resting if resting else None,
            must_rest=must_rest(self.recipe, self.phase),
        )

    def _clock(self, progress):
        """What a callback needs to tell the learning rate of an epoch."""
        return {
            "rates": self._table,
            "first_epoch": progress.phase_began,
            "steps": self.per_epoch,
        }


def must_rest(recipe: Recipe, phase) -> bool:
    """Whether `mixup_off_epochs` must find something that mixes in a resolved phase.

    Not if the recipe states it for all and another phase does mix: what a `Call` of this one
    builds may then mix or not.
    """
    stated = next(each for each in recipe.phases if each.name == phase.name)
    mixes = any(mixing_parts(each.augment) for each in resolve_phases(recipe))
    return stated.mixup_off_epochs is not None or not mixes
