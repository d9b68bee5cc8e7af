"""Choices that each make sense and together do not: refused by name, before anything is built."""

import math

from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe.augment.policy import may_mix, mixing_parts
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.optimizer import batches_per_update
from keras_recipes.recipe.schedule import MultiStep, Plateau, RateSearch, Step

REPORTED = ("loss", "accuracy", "nll", "val_loss", "val_accuracy", "val_nll")
"""What an epoch of a run reports, so what a callback can monitor."""
_SET_THE_RATE = (
    "ReduceLROnPlateau", "LearningRateScheduler", "ConstantRate", "CosineDecay",
    "CosineDecayRestarts", "ExponentialDecay", "LearningRateTable", "LinearDecay",
    "MultiStepDecay", "OneCyclePolicy", "PolynomialDecay", "StepDecay", "PlateauLR", "LRSearch",
)  # fmt: skip
_DONE_BY_THE_RUN = {
    "EarlyStopping": "Use stopping=Stopping(patience=...): two would each restore their own best.",
    "BestCheckpoint": "Use stopping=Stopping(...), which is it.",
    "BackupAndRestore": "Use run --resume: it goes on to the same bits, which this does not.",
    "SwapEMAWeights": "Use the optimizer's ema_momentum, which stopping and saving know about.",
    "AveragedWeights": "Leave it out: the optimizer's ema_momentum is all that it takes.",
}


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
    _check_points(phase, place, warmup)
    if phase.stopping.start_from_epoch >= phase.epochs:
        raise RecipeError(
            f"{place}stopping.start_from_epoch",
            f"must be less than the {phase.epochs} epochs; got {phase.stopping.start_from_epoch}",
            "No epoch would be kept: start earlier, or train longer.",
        )
    mixing = mixing_parts(phase.augment)
    if batch_size == 1 and mixing:
        name = _part_name(mixing[0])
        raise RecipeError(
            "batch_size", f"must be at least 2 where {name} blends the images of a batch; got 1",
            f"Use a larger batch, or take {name} out.",
        )  # fmt: skip
    if phase.keep_features:
        _check_kept_features(phase, place)
    if isinstance(phase.optimizer, Call):
        _check_optimizer_call(phase.optimizer, f"{place}optimizer")
    if isinstance(phase.loss, Call) and _name(phase.loss).startswith("Sparse"):
        raise RecipeError(
            f"{place}loss", f"is {phase.loss!r}, which takes integer labels; they are one-hot here",
            f'Use Call("keras.losses:{_name(phase.loss).removeprefix("Sparse")}", ...).',
        )  # fmt: skip
    _check_callbacks(phase, place)
    if may_mix(phase.augment) and phase.mixup_off_epochs >= phase.epochs:
        raise RecipeError(
            f"{place}mixup_off_epochs",
            f"must be less than the {phase.epochs} epochs; got {phase.mixup_off_epochs}",
            "No epoch would mix: take MixUp and CutMix out, or let them rest for fewer epochs.",
        )


def _check_kept_features(phase, place):
    if phase.trainable != "head":
        raise RecipeError(
            f"{place}keep_features",
            f'needs trainable="head": features change with what computes them; the phase has '
            f"{phase.trainable!r}",
            "Leave it out, or train the head alone.",
        )
    if phase.augment:
        raise RecipeError(
            f"{place}keep_features",
            f"needs augment=(): the features of each image are kept; the phase has "
            f"{_part_name(phase.augment[0])}",
            "Leave it out, or set augment=() in the phase.",
        )


def _check_optimizer_call(call, place):
    arguments = dict(call.arguments)
    rate = arguments.get("learning_rate")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or rate <= 0:
        raise RecipeError(
            place,
            f"is {call!r}, which states no learning_rate above 0",
            "Add learning_rate=..., the highest of the schedule.",
        )
    if arguments.get("use_ema"):
        raise RecipeError(
            place,
            "averages weights by use_ema, of which stopping and checkpoints know nothing",
            "Leave it out, or use ema_momentum of a part such as SGD(ema_momentum=0.999).",
        )


def check_threshold(phases, place):
    """Raise `RecipeError` where a loss has a threshold for mixed labels and nothing mixes them.

    Args:
        phases: the resolved phases; one that mixes is enough for those of its loss.
        place: function of a phase's index, as in `check_phase`.
    """
    for index, phase in enumerate(phases):
        if getattr(phase.loss, "target_threshold", None) is None:
            continue
        if not any(may_mix(each.augment) for each in phases if each.loss == phase.loss):
            raise RecipeError(
                f"{place(index)}loss.target_threshold",
                "takes no effect: labels of one class stay as they are, and none is mixed",
                "Leave it out, or add MixUp or CutMix to augment.",
            )


def check_image_sizes(phases, model, place):
    """Raise `RecipeError` where a phase's own size of images can't be, or takes no effect.

    Args:
        phases: as the recipe has them.
        model: the recipe's.
        place: function of a phase's index, as in `check_phase`.
    """
    last = len(phases) - 1
    for index, phase in enumerate(phases):
        if phase.image_size is None:
            continue
        if index == last:
            raise RecipeError(
                f"{place(index)}image_size",
                "is stated for the last phase, whose images are as the model will be given them",
                "Leave it out there, and set data.image_size.",
            )
        if getattr(model, "input_size", None) is not None:
            raise RecipeError(
                f"{place(index)}image_size",
                f"only blurs: model.input_size scales every image to {model.input_size}",
                "Set model.input_size=None, and data.image_size to that.",
            )


def check_callback_class(names, place, schedule):
    """Raise `RecipeError` where a run does what a callback does.

    Args:
        names: of its class and, where they are known, of those that it inherits from.
        place: of the callback in the recipe.
        schedule: that of its phase.
    """
    for name in names:
        if name in _DONE_BY_THE_RUN:
            raise RecipeError(
                place, f"is {name}, whose work a run does itself", _DONE_BY_THE_RUN[name]
            )
        if name in _SET_THE_RATE and schedule is not None:
            raise RecipeError(
                place,
                f"is {name}, and schedule is {type(schedule).__name__}: both set the rate",
                "Set schedule=None, or leave the callback out.",
            )


def _check_callbacks(phase, place):
    for index, call in enumerate(phase.callbacks):
        here = f"{place}callbacks.{index}"
        check_callback_class([_name(call)], here, phase.schedule)
        monitor = dict(call.arguments).get("monitor")
        if isinstance(monitor, str) and monitor not in REPORTED:
            raise RecipeError(
                f"{here}.monitor",
                f"is {monitor!r}, which no epoch reports",
                did_you_mean(monitor, REPORTED),
            )
    setting = [index for index, call in enumerate(phase.callbacks) if _name(call) in _SET_THE_RATE]
    if len(setting) > 1:
        first, second = (_name(phase.callbacks[index]) for index in setting[:2])
        raise RecipeError(
            f"{place}callbacks.{setting[1]}",
            f"is {second}, and callbacks.{setting[0]} is {first}: both set the rate",
            "Leave one of them out.",
        )


def _name(call) -> str:
    return call.target.rpartition(":")[2]


def _check_points(phase, place, warmup):
    """The points at which the rate falls must lie after the warm-up and within the phase."""
    schedule = phase.schedule
    if isinstance(schedule, MultiStep) and schedule.at[0] * phase.epochs <= warmup:
        raise RecipeError(
            f"{place}schedule.at",
            f"begins at {schedule.at[0]} of {phase.epochs} epochs, within the warm-up",
            "Step later, or warm up for less.",
        )
    if isinstance(schedule, Step) and schedule.every_epochs < warmup:
        raise RecipeError(
            f"{place}schedule.every_epochs",
            f"first ends after {schedule.every_epochs} epochs, within the warm-up",
            "Step later, or warm up for less.",
        )
    if isinstance(schedule, Step) and schedule.every_epochs >= phase.epochs:
        raise RecipeError(
            f"{place}schedule.every_epochs",
            f"must be less than the {phase.epochs} epochs; got {schedule.every_epochs}",
            "The rate would never fall: step more often, or train longer.",
        )
    if isinstance(schedule, Plateau | RateSearch):
        _check_following(phase, place)
    accumulate = batches_per_update(phase)
    if isinstance(schedule, RateSearch) and schedule.trial_steps < accumulate:
        raise RecipeError(
            f"{place}schedule.trial_steps",
            f"must be at least the {accumulate} batches that make an update; "
            f"got {schedule.trial_steps}",
            "Use several times as many.",
        )


def _check_following(phase, place):
    """The training must be long enough for the rate to follow it."""
    schedule, stopping = phase.schedule, phase.stopping
    begins = math.ceil(schedule.warmup_epochs)
    every_epochs = getattr(schedule, "every_epochs", None)
    if every_epochs and (schedule.patience is None or every_epochs <= schedule.patience):
        name, first, reason = "every_epochs", every_epochs, ""
    else:  # a stall needs an epoch to improve on before those without improvement
        name, first, reason = "patience", schedule.patience + 1, " and an epoch to improve on"
    if begins + first >= phase.epochs:
        raise RecipeError(
            f"{place}schedule.{name}",
            f"is {getattr(schedule, name)}, after {begins} epochs of warm-up{reason}, "
            f"of {phase.epochs} in all",
            "The rate would never change: lower it, or train longer.",
        )
    stops_before = (
        every_epochs is None
        and stopping.monitor == schedule.monitor
        and stopping.patience is not None
        and stopping.patience <= schedule.patience
        and stopping.start_from_epoch <= begins
    )
    if stops_before:
        raise RecipeError(
            f"{place}stopping.patience",
            f"must be more than schedule.patience, {schedule.patience}, of the same "
            f"{stopping.monitor}; got {stopping.patience}",
            "Training would end before the rate changes: stop later, or change the rate sooner.",
        )


def _part_name(part) -> str:
    return repr(part) if isinstance(part, Call) else type(part).__name__
