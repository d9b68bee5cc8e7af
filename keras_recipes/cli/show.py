"""Print a recipe with every choice filled in, as a recipe file or as a flat table.

keras-recipes show recipes/cifar_resnet.py:digits --set batch_size=256
keras-recipes show recipes/cifar_resnet.py --flat
keras-recipes show recipes/cifar_resnet.py --schedule    the learning rate, drawn
"""

import shutil
import sys

from keras_recipes.cli.recipe_arguments import add_recipe_arguments
from keras_recipes.recipe.load import load
from keras_recipes.recipe.pretrain.as_phase import batch_size_of
from keras_recipes.recipe.recipe import run_phases
from keras_recipes.recipe.schedule import follows_training
from keras_recipes.recipe.text import to_flat, to_python

STEPS_PER_EPOCH = 100
"""How finely a schedule is drawn: the steps of an epoch are known with the data alone."""


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--flat", action="store_true", help="one `path = value` a line, as --set names them"
    )
    how.add_argument(
        "--schedule", action="store_true", help="draw the learning rate over the epochs"
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    loaded = load(options.recipe, options.assignments)
    recipe = loaded.recipe
    if options.schedule:
        print("\n".join(_draw_schedule(loaded)))
    elif options.flat:
        flat = to_flat(recipe)
        width = max(map(len, flat))
        print("\n".join(f"{path:<{width}} = {value!r}" for path, value in flat.items()))
    else:
        print(to_python(recipe), end="")


def _draw_schedule(loaded):
    from keras_recipes.cli.rate_plot import plot_rates
    from keras_recipes.training.learning_rates import list_rates

    recipe = loaded.recipe
    phases = run_phases(recipe)
    rates = [
        list_rates(phase, batch_size_of(recipe, phase), STEPS_PER_EPOCH, loaded.directory)
        for phase in phases
    ]
    lengths = [phase.epochs for phase in phases]
    width = min(max(shutil.get_terminal_size((80, 24)).columns, 40), 120)
    sizes = dict.fromkeys(batch_size_of(recipe, phase) for phase in phases)
    yield f"learning rate at batch size {', then '.join(map(str, sizes))}"
    yield ""
    yield from plot_rates(
        list(zip(lengths, rates, strict=True)), width=width, unicode=_shows_unicode(sys.stdout)
    )
    yield ""
    begun = 0
    for phase, numbers in zip(phases, rates, strict=True):
        yield f"{phase.name}, epochs {begun} to {begun + phase.epochs}: {_schedule(phase)}"
        yield f"  {_key_values(phase, numbers, begun)}"
        if follows_training(phase.schedule):
            yield "  follows the training: drawn as it is until something changes it"
        begun += phase.epochs
    yield f"Drawn with {STEPS_PER_EPOCH} steps an epoch; a run has as many as its data gives."


def _schedule(phase):
    return "a constant rate" if phase.schedule is None else repr(phase.schedule)


def _key_values(phase, rates, begun):
    peak = max(rates)
    index = next(place for place, rate in enumerate(rates) if rate == peak)
    epoch = begun + index * phase.epochs // len(rates) + 1
    values = [f"first {rates[0]:.4g}", f"peak {peak:.4g} in epoch {epoch}"]
    if getattr(phase.schedule, "warmup_epochs", 0):
        values.append(f"warm-up to epoch {begun + phase.schedule.warmup_epochs:g}")
    if not follows_training(phase.schedule):  # of which nobody knows yet how it ends
        values.append(f"last {rates[-1]:.4g}")
    return ", ".join(values)


def _shows_unicode(stream) -> bool:
    try:
        "⣿┤".encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
