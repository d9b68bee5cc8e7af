"""What a recipe would train, diagnosed before it is trained."""

import keras
import numpy as np

from keras_recipes.data import Dataset, training_batches
from keras_recipes.data.dataset import Examples
from keras_recipes.diagnosis.diagnose import Diagnosis, diagnose_subject
from keras_recipes.diagnosis.few_examples import EXAMPLES, few_examples
from keras_recipes.diagnosis.memorization import try_memorizing
from keras_recipes.diagnosis.settings import planned_rates
from keras_recipes.diagnosis.subject import EXAMPLES as LOOKED_AT
from keras_recipes.diagnosis.subject import Plan, Subject
from keras_recipes.recipe import Recipe, resolve_phases
from keras_recipes.training.build import build_model
from keras_recipes.training.fit import dtype_policy
from keras_recipes.training.phase_trainer import PhaseTrainer
from keras_recipes.training.precision import Speed
from keras_recipes.training.run_directory import RunDirectory

_MOST_BYTES = 2**27
"""Of the images that are looked at."""
_TIMED_BATCHES = 40


def diagnose_recipe(
    recipe: Recipe,
    dataset: Dataset,
    directory: RunDirectory,
    speed: Speed,
    *,
    phase: int = 0,
    near_zero: float | None = None,
    seconds: float = 30.0,
    time_it: bool = True,
) -> Diagnosis:
    """Build what a phase of a run trains, from fresh weights, and look at it.

    The network, precision, augmentation, loss, optimizer and schedule are those of the run; what
    is learnt by heart are images without augmentation.

    Args:
        recipe: what would train.
        dataset: its data.
        directory: with the files that the recipe names.
        speed: as the run's.
        phase: index of the phase.
        near_zero: negative log-likelihood that is low enough for images known by heart; None for a
            fifth of what chance has.
        seconds: that learning by heart may take, each time that it is tried.
        time_it: whether to time steps and batches.

    Raises:
        RecipeError: if a part can't be built.
    """
    with dtype_policy(speed.precision):
        keras.utils.set_random_seed(recipe.seed)
        chosen = resolve_phases(recipe)[phase]
        model = build_model(recipe, dataset, directory.path, speed)
        trainer = PhaseTrainer(model, chosen, recipe, dataset, directory, speed)
        batches = trainer.training_data(_TIMED_BATCHES)
        subject = subject_of(trainer, batches)
        return diagnose_subject(
            subject, batches=batches, speed=time_it,
            memorize=lambda one: _memorize(one, near_zero, seconds),
        )  # fmt: skip


def subject_of(trainer: PhaseTrainer, batches) -> Subject:
    """A phase with some of its batches, and some of its images without augmentation."""
    dataset, recipe = trainer.dataset, trainer.recipe
    image_bytes = 4 * int(np.prod(dataset.image_shape))
    wanted = max(recipe.batch_size, EXAMPLES, min(LOOKED_AT, _MOST_BYTES // image_bytes))
    parts, count = [], 0
    for images, labels in batches:
        parts.append((np.asarray(images), np.asarray(labels)))
        count += len(parts[-1][0])
        if count >= wanted:
            break
    x, y = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Subject(
        model=trainer.model, x=x, y=y, batch_size=recipe.batch_size, in_order=True,
        originals=_originals(dataset.train, dataset.num_classes, recipe, wanted),
        plan=Plan(
            epochs=trainer.phase.epochs, steps_per_epoch=trainer.per_epoch, validates=True,
            callbacks=tuple(trainer.callbacks),
        ),
    )  # fmt: skip


def _originals(examples: Examples, classes, recipe, wanted):
    """(images as the network sees them, class ids), without augmentation, drawn at random."""
    number = min(wanted, len(examples))
    (images, labels), *_ = training_batches(
        examples, classes, seed=recipe.seed, batch_size=number, first_step=0, last_step=1
    )
    return np.asarray(images), np.asarray(labels).argmax(-1)


def _memorize(subject, near_zero, seconds):
    x, ids = few_examples(*subject.originals)
    rates = planned_rates(subject)
    if near_zero is None:
        near_zero = max(0.1, np.log(subject.classes) / 5)
    return try_memorizing(
        subject.model, x, np.eye(subject.classes, dtype=np.float32)[ids],
        rate=None if rates is None else float(np.max(rates)), near_zero=near_zero, seconds=seconds,
    )  # fmt: skip
