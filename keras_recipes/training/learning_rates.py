"""The learning rate of every step of a phase; Keras is loaded only if a `Call` does so."""

from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call, build
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.schedules import as_table, constant, count_updates, rates_per_batch


def list_rates(phase, batch_size: int, per_epoch: int, directory: Path):
    """The rate of every step as the phase's schedule builds it: `epochs * per_epoch` numbers.

    The schedule counts updates: the steps whose gradients make up one have one rate. Those of one
    that follows the training are the rates that nothing has changed.

    Args:
        phase: a resolved `Phase`.
        batch_size: images a step, by which the optimizer scales its rate.
        per_epoch: steps of an epoch.
        directory: the folder that a file which a `Call` names is relative to.

    Raises:
        RecipeError: if the schedule can't be built for as many steps.
    """
    batches = phase.epochs * per_epoch
    peak, accumulate = peak_rate(phase, batch_size), batches_per_update(phase)
    try:
        steps = count_updates(batches, accumulate)
    except RecipeError as error:
        raise error.within("optimizer") from None
    if phase.schedule is None:
        return constant.rates(peak, batches)
    warmup_steps = round(getattr(phase.schedule, "warmup_epochs", 0) * per_epoch / accumulate)
    if warmup_steps >= steps:
        raise RecipeError(
            "schedule.warmup_epochs",
            f"leaves none of the {steps} steps for the schedule; got {warmup_steps} steps",
            "Warm up for less, or train longer.",
        )
    context = {
        "peak": peak,
        "steps": steps,
        "warmup_steps": warmup_steps,
        "steps_per_epoch": per_epoch / accumulate,
    }
    if isinstance(phase.schedule, Call):
        rates = as_table(build(phase.schedule, directory, **context), "schedule")
    else:
        try:
            rates = phase.schedule.build(**context)
        except RecipeError as error:
            raise error.within("schedule") from None
    if len(rates) != steps:
        raise RecipeError(
            "schedule", f"must give {steps} rates, one a step; got {len(rates)}",
            "Return an array of `steps` numbers.",
        )  # fmt: skip
    return rates_per_batch(rates, accumulate, batches)


def learning_rates(phase, batch_size: int, per_epoch: int, directory: Path):
    """`list_rates` as a table: a float32 array of shape `(epochs * per_epoch,)`."""
    return as_table(list_rates(phase, batch_size, per_epoch, directory), "schedule")


def rate_table(phase, rates):
    """`rates` where they are what the optimizer goes by; None where its rate is set by callbacks.

    That is: where no schedule sets it, or one that follows the training, of which `rates` are
    those that it begins with.
    """
    return None if phase.schedule is None or follows_training(phase.schedule) else rates


def peak_rate(phase, batch_size: int) -> float:
    """The highest learning rate of a phase."""
    if isinstance(phase.optimizer, Call):
        return dict(phase.optimizer.arguments)["learning_rate"]
    return phase.optimizer.peak_rate(batch_size)


def batches_per_update(phase) -> int:
    """Batches whose mean gradient makes an update."""
    if isinstance(phase.optimizer, Call):
        return dict(phase.optimizer.arguments).get("gradient_accumulation_steps") or 1
    return phase.optimizer.accumulate
