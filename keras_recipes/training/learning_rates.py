"""The learning rate of every step of a phase; Keras is loaded only if a `Call` does so."""

from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call, build
from keras_recipes.recipe.optimizer import batches_per_update
from keras_recipes.recipe.override import override
from keras_recipes.recipe.recipe import resolve_phases
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.schedules import as_table, constant, count_updates, rates_per_batch

_OWN_RATES = (
    "ConstantRate", "CosineDecay", "CosineDecayRestarts", "ExponentialDecay",
    "LearningRateScheduler", "LearningRateTable", "LinearDecay", "MultiStepDecay", "OneCyclePolicy",
    "PolynomialDecay", "StepDecay",
)  # fmt: skip
"""Callbacks whose arguments hold the rate that they begin with, or all rates. Those that begin at
the optimizer's (`PlateauLR`, `LRSearch`, `ReduceLROnPlateau`) are none of them."""


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


def assignments_for_peak(recipe, index: int, peak: float) -> tuple[str, ...]:
    """What to `--set` so that a phase's highest learning rate is `peak`, to two digits.

    Stated for `reference_batch_size`, as the recipe's own rate is; where the optimizer has a second
    rate, as `Muon` for the layers that AdamW trains, it goes along.

    Args:
        recipe: a `Recipe`.
        index: of the phase; the recipe's own optimizer is set if the phase has none.
        peak: the rate that the optimizer is to have.
    """
    own = recipe.phases[index].optimizer
    optimizer = recipe.optimizer if own is None else own
    path = "optimizer" if own is None else f"phases.{index}.optimizer"
    factor = peak / _peak(recipe, index)
    call = isinstance(optimizer, Call)
    rates = dict(optimizer.arguments) if call else vars(optimizer)
    names = ("learning_rate",) if call else ("learning_rate", "adam_learning_rate")
    return tuple(
        f"{path}.{name}={float(f'{rates[name] * factor:.2g}')!r}" for name in names if name in rates
    )


def require_peak_in_use(recipe, index: int, directory: Path):
    """Raise `RecipeError` if a phase's rates are the same whatever the optimizer's highest is.

    A schedule from a `Call` may give rates of its own, and so do the callbacks that are schedules,
    which are told by their names: what a callback of one's own does is not looked into.

    Args:
        recipe: a `Recipe`.
        index: of the phase.
        directory: as in `list_rates`.
    """
    phase = resolve_phases(recipe)[index]
    fix = "State the rate there, or take it out."
    for number, call in enumerate(phase.callbacks):
        name = call.target.rpartition(":")[2]
        if name in _OWN_RATES:
            raise RecipeError(
                f"callbacks.{number}",
                f"is {name}, which sets rates of its own: one that is found would change nothing",
                fix,
            )
    if not isinstance(phase.schedule, Call):
        return
    doubled = override(recipe, assignments_for_peak(recipe, index, 2 * _peak(recipe, index)))
    one, other = (
        learning_rates(resolve_phases(each)[index], recipe.batch_size, 100, directory)
        for each in (recipe, doubled)
    )
    if (one == other).all():
        raise RecipeError(
            "schedule",
            f"is {phase.schedule!r}, which takes no heed of peak: a rate that is found would "
            "change nothing",
            fix,
        )


def _peak(recipe, index):
    return peak_rate(resolve_phases(recipe)[index], recipe.batch_size)
