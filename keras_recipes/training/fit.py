"""The training itself, phase by phase, from wherever the last run ended."""

import contextlib
import sys

import keras

from keras_recipes.callbacks.model_file import ModelFile
from keras_recipes.data import Dataset
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe, run_phases
from keras_recipes.training.build import build_model
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.checkpoint_times import DEFAULT_MINUTES
from keras_recipes.training.determinism import op_determinism
from keras_recipes.training.devices import training_on
from keras_recipes.training.finite_loss import LossNotFinite
from keras_recipes.training.phase_trainer import PhaseTrainer
from keras_recipes.training.precision import Speed
from keras_recipes.training.pretrain_trainer import PretrainTrainer
from keras_recipes.training.progress import Progress
from keras_recipes.training.rewind import rewound
from keras_recipes.training.run_directory import RunDirectory
from keras_recipes.training.weights_hash import weights_hash


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
        checkpoint_minutes: between checkpoints within an epoch.
        every_epoch: whether to save at the end of each, however soon after the last time.

    Returns:
        (model with the best epoch's weights, `Progress`).

    Raises:
        Interrupted: after Ctrl-C or SIGTERM.
        RecipeError: if a part can't be built, or the loss is not a number any more.
    """
    with (
        dtype_policy(speed.precision),
        op_determinism(recipe.deterministic),
        training_on(devices, recipe.batch_size),
    ):
        keras.utils.set_random_seed(recipe.seed)
        model = build_model(recipe, dataset, directory.path, speed)
        checkpoint = Checkpoints(directory.checkpoints).load()
        progress = Progress(**checkpoint.about) if checkpoint else Progress()
        resumed_phase = progress.phase if checkpoint else None
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
                trainer = kind(model, phase, *run, progress.rate_share)
            if progress.is_over(phase) and index == resumed_phase:  # the checkpoint was its last
                checkpoint.restore_state(trainer.model)
                _require_unchanged(directory.best_model, progress)
            while not progress.is_over(phase):
                try:
                    trainer.fit(
                        progress, display, parallel_calls, 60 * checkpoint_minutes, every_epoch
                    )
                except LossNotFinite as error:
                    trainer, progress = go_back(trainer, error, phase, run)
            trainer.finish()
            model = trainer.trained
            if progress.best and progress.best["best_epoch"] is not None:
                ModelFile(directory.best_model).restore(model)  # what goes on is what is saved
    return model, progress


def go_back(trainer, error, phase, run):
    """(trainer, progress) with which the phase goes on, if it is to."""
    recipe, _, directory, _ = run
    if recipe.on_nan == "stop":
        raise RecipeError(
            error.where, error.what,
            "Lower optimizer.learning_rate, lengthen schedule.warmup_epochs, or set "
            'on_nan="rewind"; the best epoch so far is in the run directory.',
        ) from None  # fmt: skip
    checkpoint = Checkpoints(directory.checkpoints).load(kind="-epoch-")
    progress = rewound(checkpoint, error)
    print(f"{error}: back to the end of epoch {progress.epochs}, with "
          f"{progress.rate_share:g} of the rate", file=sys.stderr)  # fmt: skip
    trainer = type(trainer)(trainer.trained, phase, *run, progress.rate_share)
    trainer.go_back(checkpoint, progress)
    return trainer, progress


def _require_unchanged(best_model, progress):
    """The next phase begins with the best model: an error if it is not the one of the phase's end.

    It is another if the next phase had begun, and all that it kept was damaged.
    """
    if progress.best_file is not None and weights_hash(best_model) != progress.best_file:
        raise RecipeError(
            str(best_model), "is not the one that the phase ended with, which the next begins with",
            "Put it back, or begin a new run.",
        )  # fmt: skip


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
