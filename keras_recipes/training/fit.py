"""The training itself, phase by phase, from wherever the last run ended."""

import contextlib

import keras

from keras_recipes.callbacks.model_file import ModelFile
from keras_recipes.data import Dataset
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe, run_phases
from keras_recipes.training.build import build_model
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.checkpoint_times import DEFAULT_MINUTES
from keras_recipes.training.devices import training_on
from keras_recipes.training.phase_trainer import PhaseTrainer
from keras_recipes.training.precision import Speed
from keras_recipes.training.pretrain_trainer import PretrainTrainer
from keras_recipes.training.progress import Progress
from keras_recipes.training.run_directory import RunDirectory


def fit_recipe(
    recipe: Recipe,
    dataset: Dataset,
    directory: RunDirectory,
    speed: Speed,
    *,
    devices: tuple[str, ...] = (),
    display=(),
    parallel_calls: int | None = None,
    checkpoint_minutes: float = DEFAULT_MINUTES,
    every_epoch: bool = False,
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
        checkpoint_minutes: between checkpoints within an epoch; on several devices, where the
            metrics of half an epoch can't be put back, there are none.
        every_epoch: whether to save at the end of each, however soon after the last time.

    Returns:
        (model with the best epoch's weights, `Progress`).

    Raises:
        Interrupted: after Ctrl-C.
        RecipeError: if a part can't be built, or the loss is not a number any more.
    """
    with dtype_policy(speed.precision), training_on(devices, recipe.batch_size):
        keras.utils.set_random_seed(recipe.seed)
        model = build_model(recipe, dataset, directory.path, speed)
        checkpoint = Checkpoints(directory.checkpoints).load()
        progress = Progress(**checkpoint.about) if checkpoint else Progress()
        resumed_phase = progress.phase if checkpoint else None
        seconds = None if len(devices) > 1 else 60 * checkpoint_minutes
        directory.keep_metrics(progress.epochs)
        phases = run_phases(recipe)
        own = len(phases) - len(recipe.phases)  # 1 where there is pretraining
        run = recipe, dataset, directory, speed
        for index in range(progress.phase + 1, len(phases)):  # what is wrong there is told now
            with _naming(recipe, index):
                PhaseTrainer(model, phases[index], *run).rehearse()
        for index, phase in enumerate(phases):
            if index < progress.phase:
                continue
            if index > progress.phase:
                progress.begin_phase(index, forget=phase.image_size != phases[index - 1].image_size)
            with _naming(recipe, index):
                kind = PretrainTrainer if index < own else PhaseTrainer
                trainer = kind(model, phase, *run)
            model = trainer.trained
            if not progress.is_over(phase):
                trainer.fit(progress, display, parallel_calls, seconds, every_epoch)
            elif index == resumed_phase:  # the checkpoint was the phase's last
                checkpoint.restore_state(trainer.model)
            trainer.finish()
            if progress.best and progress.best["best_epoch"] is not None:
                ModelFile(directory.best_model).restore(model)  # what goes on is what is saved
    return model, progress


@contextlib.contextmanager
def _naming(recipe, index):
    """An error within names the phase, where there are several; `index` is that in the run."""
    try:
        yield
    except RecipeError as error:
        if recipe.pretrain is not None:
            index -= 1
        if index < 0:
            raise error.within("pretrain") from error.__cause__
        if len(recipe.phases) == 1:
            raise
        raise error.within(f"phases.{index}") from error.__cause__


@contextlib.contextmanager
def dtype_policy(name: str):
    """Set Keras's global dtype policy, and put back what it was."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)
