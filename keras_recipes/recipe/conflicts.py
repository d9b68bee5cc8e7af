"""Choices that each make sense and together do not: refused by name, before anything is built."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.schedule import Step


def check_phase(phase, place: str, batch_size: int):
    """Raise `RecipeError` where the choices of a resolved phase contradict each other.

    Args:
        place: what the names of its fields begin with: `"phases.1."`, or nothing.
    """
    warmup = getattr(phase.schedule, "warmup_epochs", 0)
    if warmup >= phase.epochs:
        raise RecipeError(
            f"{place}schedule.warmup_epochs",
            f"must be less than the {phase.epochs} epochs; got {warmup}",
            "Warm up for less, or train longer.",
        )
    if isinstance(phase.schedule, Step) and phase.schedule.at[0] * phase.epochs < warmup:
        raise RecipeError(
            f"{place}schedule.at",
            f"begins at {phase.schedule.at[0]} of {phase.epochs} epochs, within the warm-up",
            "Step later, or warm up for less.",
        )
    if phase.stopping.start_from_epoch >= phase.epochs:
        raise RecipeError(
            f"{place}stopping.start_from_epoch",
            f"must be less than the {phase.epochs} epochs; got {phase.stopping.start_from_epoch}",
            "No epoch would be kept: start earlier, or train longer.",
        )
    if isinstance(phase.optimizer, Call):
        rate = dict(phase.optimizer.arguments).get("learning_rate")
        if isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0:
            raise RecipeError(
                f"{place}optimizer",
                f"is {phase.optimizer!r}, which states no learning_rate above 0",
                "Add learning_rate=..., the highest of the schedule.",
            )
    if batch_size == 1 and any(type(each).__name__ == "MixUp" for each in phase.augment):
        raise RecipeError(
            "batch_size", "must be at least 2 where MixUp blends the images of a batch; got 1",
            "Use a larger batch, or take MixUp out.",
        )  # fmt: skip
