"""What goes with another batch size: rate, warm-up and accumulated gradients, as `--set` says them.

The rate grows with the images of an update and warms up for five epochs, as in Goyal et al. 2017,
arXiv:1706.02677, sections 2.1 and 2.2, who trained with SGD. For Adam and its like the root of the
growth is used as well: Malladi et al. 2022, arXiv:2205.10287, section 5.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe, resolve_phases
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.override import override
from keras_recipes.training.learning_rates import batches_per_update, list_rates, peak_rate

WARMUP_EPOCHS = 5.0
"""That of the paper, of 90 epochs."""
WARMUP_SHARE = 0.2
"""No more of a short phase than this."""


@dataclass(frozen=True)
class BatchSettings:
    """How to train with a batch size."""

    assignments: tuple[str, ...]
    """What `--set` takes, in order."""
    notes: tuple[str, ...]
    """What they do, a sentence each."""
    root_assignments: tuple[str, ...]
    """The rates by the root of the growth instead, to be given after the others; may be none."""


def batch_settings(
    recipe: Recipe, batch_size: int, accumulate: int | None, images: int, directory: Path
) -> BatchSettings:
    """What to change to train with `accumulate` batches of `batch_size` an update.

    Args:
        recipe: as it is now.
        batch_size: images a step.
        accumulate: batches an update. None: one, or where the recipe accumulates as many as make
            an update of its images, or of a few more.
        images: to train on.
        directory: the folder that files which a `Call` names are relative to.

    Raises:
        RecipeError: if the recipe can't train so, whatever goes with it.
    """
    assignments = [f"batch_size={batch_size}"] if batch_size != recipe.batch_size else []
    notes, roots = [], []
    for place, optimizer, (phase, *_) in _stated(recipe, "optimizer"):
        before = recipe.batch_size * batches_per_update(phase)
        batches = _batches(recipe, phase, batch_size, accumulate)
        update = batch_size * batches
        if batches_per_update(phase) != batches:
            assignments.append(_accumulated(place, optimizer, batches))
        if accumulate is None and batches_per_update(phase) > 1:
            notes.append(
                f"{place}optimizer accumulates gradients: {batches} x {batch_size} = {update} "
                f"images an update, {before} in the recipe."
            )
        growth = update / before
        if growth == 1:
            continue
        scales = getattr(optimizer, "reference_batch_size", None) is not None
        if not _is_sgd(optimizer):
            roots += _rates(place, optimizer, math.sqrt(growth) / (growth if scales else 1))
        if scales:
            rate = peak_rate(phase, recipe.batch_size)
            notes.append(
                f"{place}optimizer scales its rate by itself, having a reference_batch_size: "
                f"{rate:.4g} at {before} images an update, {rate * growth:.4g} at {update}."
            )
            continue
        assignments += _rates(place, optimizer, growth)
        notes.append(
            f"{place}optimizer.learning_rate is multiplied by {growth:.4g}, as the images of an "
            "update."
        )
    warm, warm_notes = _warm_up(recipe, batch_size, accumulate)
    try:
        _require_trainable(recipe, assignments + warm, images, directory)
    except RecipeError as error:
        if not warm:
            raise
        _require_trainable(recipe, assignments, images, directory)
        warm, warm_notes = [], [f"The warm-up stays as it is: {error.where} {error.problem}."]
    return BatchSettings(tuple(assignments + warm), tuple(notes + warm_notes), tuple(roots))


def accumulation(recipe: Recipe, batches: int) -> tuple[str, ...]:
    """What to `--set` so that every optimizer accumulates `batches` batches.

    Raises:
        RecipeError: if one does so as a function of one's own is written.
    """
    return tuple(
        _accumulated(place, optimizer, batches)
        for place, optimizer, (phase, *_) in _stated(recipe, "optimizer")
        if batches_per_update(phase) != batches
    )


def _batches(recipe, phase, batch_size, accumulate):
    """Batches an update of a phase."""
    if accumulate is not None:
        return accumulate
    own = batches_per_update(phase)
    return math.ceil(recipe.batch_size * own / batch_size) if own > 1 else 1


def _stated(recipe, name):
    """`(place, value, the phases that it holds in)` wherever the recipe states a choice."""
    resolved = resolve_phases(recipe)
    inherit = [
        full
        for phase, full in zip(recipe.phases, resolved, strict=True)
        if getattr(phase, name) is None
    ]
    if inherit:
        yield "", getattr(recipe, name), inherit
    for index, phase in enumerate(recipe.phases):
        if getattr(phase, name) is not None:
            yield f"phases.{index}.", getattr(phase, name), [resolved[index]]


def _accumulated(place, optimizer, accumulate):
    if isinstance(optimizer, Call):
        name = "gradient_accumulation_steps"
        if "keras.optimizers:" not in optimizer.target and name not in dict(optimizer.arguments):
            raise RecipeError(
                f"{place}optimizer",
                f"is {optimizer.target}, which alone says how many batches it accumulates",
                f"Give the optimizer {name}={accumulate} there.",
            )
        # Keras takes None or a number above 1.
        return f"{place}optimizer.{name}={accumulate if accumulate > 1 else None}"
    return f"{place}optimizer.accumulate={accumulate}"


def _rates(place, optimizer, factor):
    names = ["learning_rate"]
    if hasattr(optimizer, "adam_learning_rate"):
        names.append("adam_learning_rate")
    given = dict(optimizer.arguments) if isinstance(optimizer, Call) else vars(optimizer)
    return [f"{place}optimizer.{name}={float(f'{given[name] * factor:.6g}')!r}" for name in names]


def _is_sgd(optimizer):
    if isinstance(optimizer, Call):
        return optimizer.target.endswith(":SGD")
    return type(optimizer).__name__ == "SGD"


def _warm_up(recipe, batch_size, accumulate):
    """Assignments and notes that lengthen a warm-up where the rate grows."""

    def grows(phase):
        update = batch_size * _batches(recipe, phase, batch_size, accumulate)
        return update > recipe.batch_size * batches_per_update(phase)

    assignments, notes = [], []
    for place, schedule, phases in _stated(recipe, "schedule"):
        if not any(map(grows, phases)):
            continue
        shortest = min(phase.epochs for phase in phases)
        epochs = float(f"{min(WARMUP_EPOCHS, WARMUP_SHARE * shortest):.3g}")
        if schedule is None:
            assignments.append(f"{place}schedule=Constant(warmup_epochs={epochs!r})")
            notes.append(f"The rate warms up for {epochs:g} epochs.")
        elif not hasattr(schedule, "warmup_epochs"):
            notes.append(f"{place}schedule has no warmup_epochs: see that its rates begin low.")
        elif schedule.warmup_epochs < epochs:
            assignments.append(f"{place}schedule.warmup_epochs={epochs!r}")
            notes.append(
                f"The warm-up grows from {schedule.warmup_epochs:g} to {epochs:g} of "
                f"{shortest} epochs."
            )
    return assignments, notes


def _require_trainable(recipe, assignments, images, directory):
    changed = override(recipe, assignments)
    for phase in resolve_phases(changed):
        list_rates(phase, changed.batch_size, images // changed.batch_size, directory)
