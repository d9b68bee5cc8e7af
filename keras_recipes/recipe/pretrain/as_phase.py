"""Pretraining as a phase of the run: what it is resolved to, and what can't be."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment.policy import mixing_parts
from keras_recipes.recipe.conflicts import check_phase
from keras_recipes.recipe.data.division import of_one_source
from keras_recipes.recipe.phase import Phase
from keras_recipes.recipe.pretrain.simclr import SimCLR
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.recipe.stopping import Stopping

NAME = "pretrain"
"""Of the phase, in metrics and report."""


def pretraining_phase(recipe) -> Phase | None:
    """The phase that comes before all others, with what `pretrain` leaves to the recipe filled in.

    Its loss, its stopping and its callbacks are none: it ends with its last weights.

    Args:
        recipe: a `Recipe`.

    Returns:
        None for a recipe that does not pretrain.
    """
    own = recipe.pretrain
    if own is None:
        return None
    return Phase(
        name=NAME,
        epochs=own.epochs,
        augment=recipe.augment if own.augment is None else own.augment,
        mixup_off_epochs=0,
        loss=recipe.loss,
        optimizer=own.optimizer or recipe.optimizer,
        schedule=own.schedule or recipe.schedule,
        stopping=Stopping(),
        callbacks=(),
    )


def pretraining_batch_size(recipe) -> int:
    """Images of a step of pretraining."""
    return recipe.pretrain.batch_size or recipe.batch_size


def batch_size_of(recipe, phase) -> int:
    """Images of a step of a phase of the run."""
    pretrains = recipe.pretrain is not None and phase.name == NAME
    return pretraining_batch_size(recipe) if pretrains else recipe.batch_size


def inherits(recipe, name: str) -> bool:
    """Whether pretraining takes the field `name` of the recipe itself."""
    return recipe.pretrain is not None and getattr(recipe.pretrain, name, 0) is None


def check_pretraining(recipe):
    """Raise `RecipeError` where the choices of `recipe.pretrain` contradict each other."""
    phase = pretraining_phase(recipe)
    if phase is None:
        return
    if any(each.name == NAME for each in recipe.phases):
        raise RecipeError(
            "phases", f"have one of the name {NAME!r}, which is that of pretrain=",
            "Give it another name.",
        )  # fmt: skip
    if mixing := mixing_parts(phase.augment):
        raise RecipeError(
            "pretrain.augment", f"has {mixing[0]!r}, which mixes images that have no labels to mix",
            "State an augmentation without it: pretrain.augment=(PaddedCrop(4), Flip()), say.",
        )  # fmt: skip
    if follows_training(phase.schedule):
        raise RecipeError(
            "pretrain.schedule",
            f"is {type(phase.schedule).__name__}, which follows a validation that pretraining "
            "does not have",
            "State one of its own: pretrain.schedule=Cosine(), or Constant() for none.",
        )
    if pretraining_batch_size(recipe) == 1 and isinstance(recipe.pretrain, SimCLR):
        raise RecipeError(
            "pretrain.batch_size", "must be at least 2: an image is told from others; got 1",
            "Use 256.",
        )  # fmt: skip
    _check_test_fold(recipe.data, recipe.pretrain.unlabelled)
    check_phase(phase, "pretrain.", pretraining_batch_size(recipe))


def _check_test_fold(data, unlabelled):
    """What is tested on must not be pretrained on, where both are of one source."""
    if unlabelled is None or data.test_fold is None or not of_one_source(data, unlabelled):
        return
    names = ("test_fold", "split_seed", "classes", "exclude")
    held_out, other = ([getattr(each, name) for name in names] for each in (data, unlabelled))
    if held_out != other:
        raise RecipeError(
            "pretrain.unlabelled",
            f"would show images of the fold that is tested on: data holds out {data.test_fold}",
            f"Set its {', '.join(names)} to those of data, or leave unlabelled out.",
        )
