"""The training itself: stock `model.fit`, phase by phase, from wherever the last run ended."""

import contextlib
import functools
from dataclasses import asdict, dataclass

import keras

from keras_recipes.callbacks.averaged_weights import AveragedWeights
from keras_recipes.callbacks.model_file import ModelFile
from keras_recipes.callbacks.settable_rate import require_settable_rate
from keras_recipes.data import Dataset, evaluation_batches, steps_per_epoch, training_batches
from keras_recipes.errors import RecipeError
from keras_recipes.optimizers import find_average
from keras_recipes.recipe import Recipe, resolve_phases
from keras_recipes.recipe.augment.policy import may_mix, mixing_parts
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.training.build import (
    build_augmentation,
    build_callbacks,
    build_model,
    compile_phase,
)
from keras_recipes.training.checkpoint import read_about, restore_checkpoint, save_checkpoint
from keras_recipes.training.devices import training_on
from keras_recipes.training.epoch_log import EpochLog
from keras_recipes.training.evaluate import EVALUATION_BATCH
from keras_recipes.training.events import ScalarEvents
from keras_recipes.training.following_rate import following_callbacks
from keras_recipes.training.interrupt import InterruptCallback
from keras_recipes.training.learning_rates import learning_rates, peak_rate, rate_table
from keras_recipes.training.precision import Speed
from keras_recipes.training.run_directory import RunDirectory


@dataclass
class Progress:
    """How far a run has come, as its checkpoint holds it."""

    epochs: int = 0
    """Finished epochs, over all phases."""
    phase: int = 0
    """Index of the phase to go on with."""
    phase_began: int = 0
    """Epochs that were finished when it began."""
    best: dict | None = None
    """State of `BestCheckpoint` at the end of the last finished epoch."""
    stopped: bool = False
    """Whether the phase ended early."""
    rate: dict | None = None
    """State at the same time of the callback by which the rate follows the training, or None."""

    def begin_phase(self, index: int):
        """Go on with phase `index` after the epochs that are finished."""
        self.phase, self.phase_began, self.stopped = index, self.epochs, False

    def is_over(self, phase) -> bool:
        """Whether nothing is left of `phase`, the one to go on with."""
        return self.stopped or self.epochs >= self.phase_began + phase.epochs


def fit_recipe(
    recipe: Recipe,
    dataset: Dataset,
    directory: RunDirectory,
    speed: Speed,
    *,
    devices: tuple[str, ...] = (),
    display=(),
    parallel_calls: int | None = None,
):
    """Train until every phase is done, going on from the directory's checkpoint if it has one.

    Args:
        recipe: what to train.
        dataset: what to train on.
        directory: where metrics, checkpoints, events and the best model go.
        speed: precision and compilation.
        devices: those to train on, see `training_on`; none for the one TensorFlow takes.
        display: callbacks that show how it goes, such as `keras_recipes.cli.progress.Display`,
            whose `begin_phase` and `end_epoch` are called as well.
        parallel_calls: batches prepared at once; changes no bit of the result.

    Returns:
        (model with the best epoch's weights, `Progress`).

    Raises:
        Interrupted: after Ctrl-C.
        RecipeError: if a part can't be built, or the loss is not a number any more.
    """
    with dtype_policy(speed.precision), training_on(devices, recipe.batch_size):
        keras.utils.set_random_seed(recipe.seed)
        model = build_model(recipe, dataset, directory.path, speed)
        about = read_about(directory.state_file)
        progress = Progress(**about) if about else Progress()
        resumed_phase = progress.phase if about else None
        directory.keep_metrics(progress.epochs)
        phases = resolve_phases(recipe)
        for index in range(progress.phase + 1, len(phases)):  # what is wrong there is told now
            try:
                _PhaseTrainer(model, recipe, phases[index], dataset, directory, speed).rehearse()
            except RecipeError as error:
                raise error.within(f"phases.{index}") from error.__cause__
        for index, phase in enumerate(phases):
            if index < progress.phase:
                continue
            if index > progress.phase:
                progress.begin_phase(index)
            trainer = _PhaseTrainer(model, recipe, phase, dataset, directory, speed)
            if not progress.is_over(phase):
                trainer.fit(progress, display, parallel_calls)
            elif index == resumed_phase:  # the checkpoint was the phase's last
                restore_checkpoint(directory.state_file, model)
            if progress.best and progress.best["best_epoch"] is not None:
                ModelFile(directory.best_model).restore(model)  # what goes on is what is saved
    return model, progress


class _PhaseTrainer:
    """One phase: compiles the model when it is made, and trains it in `fit`."""

    def __init__(self, model, recipe, phase, dataset, directory, speed):
        self.model, self.recipe, self.phase = model, recipe, phase
        self.dataset, self.directory = dataset, directory
        self.per_epoch = steps_per_epoch(dataset.train, recipe.batch_size)
        self.rates = learning_rates(phase, recipe.batch_size, self.per_epoch, directory.path)
        self._table = rate_table(phase, self.rates)
        compile_phase(model, recipe, phase, self.rates, dataset, directory.path, speed)
        if follows_training(phase.schedule):
            name = type(phase.schedule).__name__
            require_settable_rate(model.optimizer, f"schedule={name}", "use schedule=None")
        self.callbacks = build_callbacks(phase, directory.path)

    def fit(self, progress, display, parallel_calls):
        """Train from `progress`, which each epoch moves on, to the end of the phase."""
        directory = self.directory
        best = self.phase.stopping.build(directory.best_model, progress.phase_began)
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
            *display,
            interrupt,
            EpochLog(
                write,
                phase=self.phase.name,
                batch_size=self.recipe.batch_size,
                **self._clock(progress),
            ),
            *averaged,
            ScalarEvents(directory.events, **self._clock(progress)),
            *self.callbacks,
            best,
            *following,
            _StateKeeper(directory.state_file, best, progress, following),
        ]
        for each in display:
            each.begin_phase(
                self.phase.name,
                self._table,
                progress.phase_began,
                self.per_epoch,
                self.recipe.batch_size,
                self.phase.stopping,
                progress.best,
            )
        with interrupt.listening():
            self.model.fit(
                batches(progress.epochs * self.per_epoch, last_epoch * self.per_epoch),
                validation_data=self._validation(),
                initial_epoch=progress.epochs,
                epochs=last_epoch,
                steps_per_epoch=self.per_epoch,
                callbacks=callbacks,
                shuffle=False,  # the stream is in its order
                verbose=0,
            )

    def rehearse(self):
        """Build and begin what `fit` would on top of what is built, and train nothing."""
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
            peak=peak_rate(self.phase, self.recipe.batch_size),
            first_epoch=first_epoch,
            steps=self.per_epoch,
            batches=batches,
            validation=self._validation(),
            after_batch=after_batch,
        )

    def _batches(self, augment, parallel_calls, first_step, last_step):
        return training_batches(
            self.dataset.train,
            self.dataset.num_classes,
            seed=self.recipe.seed,
            batch_size=self.recipe.batch_size,
            first_step=first_step,
            last_step=last_step,
            augment=augment,
            parallel_calls=parallel_calls,
        )

    def _validation(self):
        dataset = self.dataset
        return evaluation_batches(dataset.validation, dataset.num_classes, EVALUATION_BATCH)

    def _augmentation(self, last_epoch):
        resting = self.phase.mixup_off_epochs if may_mix(self.phase.augment) else 0
        return build_augmentation(
            self.phase.augment,
            self.dataset,
            self.directory.path,
            seed=self.recipe.seed,
            batch_size=self.recipe.batch_size,
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


class _StateKeeper(keras.callbacks.Callback):
    """Saves the run's state after each epoch, and puts it back when training goes on.

    It comes last, so that every other callback has begun (and forgotten) before it restores.
    """

    def __init__(self, path, best, progress, following):
        super().__init__()
        self._path = path
        self._best = best
        self._progress = progress
        self._rate = following[-1] if following else None

    def on_train_begin(self, logs=None):
        progress = self._progress
        if progress.epochs > progress.phase_began:
            restore_checkpoint(self._path, self.model)
            self._best.set_state(progress.best)
            if self._rate is not None:
                self._rate.set_state(progress.rate)
        elif progress.best is not None:  # a later phase must beat what there is, afresh
            self._best.set_state({**progress.best, "wait": 0, "stopped_epoch": None})

    def on_epoch_end(self, epoch, logs=None):
        progress = self._progress
        progress.epochs = epoch + 1
        progress.best = self._best.get_state()
        progress.rate = None if self._rate is None else self._rate.get_state()
        progress.stopped = bool(self.model.stop_training)  # by patience, or a callback of one's own
        save_checkpoint(self._path, self.model, asdict(progress))


def must_rest(recipe: Recipe, phase) -> bool:
    """Whether `mixup_off_epochs` must find something that mixes in a resolved phase.

    Not if the recipe states it for all and another phase does mix: what a `Call` of this one
    builds may then mix or not.
    """
    stated = next(each for each in recipe.phases if each.name == phase.name)
    mixes = any(mixing_parts(each.augment) for each in resolve_phases(recipe))
    return stated.mixup_off_epochs is not None or not mixes


@contextlib.contextmanager
def dtype_policy(name: str):
    """Set Keras's global dtype policy, and put back what it was."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)
