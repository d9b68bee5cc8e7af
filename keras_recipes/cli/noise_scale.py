"""Measure which batch size pays: the gradient noise scale, while a recipe trains.

keras-recipes noise-scale recipes/cifar_resnet.py
keras-recipes noise-scale recipes/digits_mlp.py --epochs 40 --out noise.png

It trains as `run` would on one device, in a folder that is thrown away, and prints what a batch
size costs in steps and in images by McCandlish et al. 2018, arXiv:1812.06162.
"""

import math
import shlex
import tempfile
from pathlib import Path

from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.recipe.recipe import resolve_phases, run_phases

DEFAULT_EPOCHS = 5
_FEWEST_MEASUREMENTS = 8
"""Two a quarter of the epochs."""
_MOST_BATCHES = 32
"""In a large one by default: the gradients of all are in memory at once."""


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--epochs",
        type=int,
        help=f"how far into the training to measure; {DEFAULT_EPOCHS}, or all of a shorter phase",
    )
    parser.add_argument(
        "--measurements", type=int, default=80, help="about how many, evenly over these epochs; 80"
    )
    parser.add_argument(
        "--small-batch", type=int, help="images whose gradient is taken at once; batch_size, or 128"
    )
    parser.add_argument(
        "--large-batch",
        type=int,
        help=f"images of a measurement, a multiple of that; about 1024, at most {_MOST_BATCHES} "
        "small batches",
    )
    parser.add_argument("--phase", help="the phase that is measured; the first")
    add_picture_argument(parser, "noise-scale-NAME.png")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    require_png(options.out)
    loaded = load(options.recipe, options.assignments)
    phase = resolve_phases(loaded.recipe)[find_phase(loaded.recipe, options.phase)]
    epochs, small_batch, factor = _check_numbers(options, loaded.recipe, phase)
    require_data(loaded, "measure")
    out = make_room(options.out or f"noise-scale-{loaded.name}.png")
    load_quietly()
    return _measure(options, loaded, phase, epochs, small_batch, factor, out)


def _measure(options, loaded, phase, epochs, small_batch, factor, out):
    from rich.console import Console

    from keras_recipes.cli.noise_scale_summary import print_noise_scale
    from keras_recipes.cli.progress import make_display
    from keras_recipes.data import steps_per_epoch
    from keras_recipes.report.noise_scale import draw_noise_scale
    from keras_recipes.training.hardware import training_device
    from keras_recipes.training.interrupt import Interrupted
    from keras_recipes.training.learning_rates import batches_per_update
    from keras_recipes.training.noise_scale import measure_noise_scale
    from keras_recipes.training.precision import choose_speed
    from keras_recipes.training.run_directory import RunDirectory

    recipe, console = loaded.recipe, Console(highlight=False)
    dataset = recipe.data.build()
    display = make_display(console, sum(each.epochs for each in run_phases(recipe)))
    console.print(
        f"{epochs} of {phase.epochs} epochs of phase {phase.name}, about {options.measurements} "
        f"measurements, each on {factor} batches of {small_batch} images",
        style="italic",
    )
    with tempfile.TemporaryDirectory() as folder:
        directory = RunDirectory.create(Path(folder), loaded.name, recipe, loaded.directory)
        try:
            measured = measure_noise_scale(
                recipe,
                dataset,
                directory,
                choose_speed(training_device(), recipe.precision),
                phase=phase.name,
                epochs=epochs,
                measurements=options.measurements,
                small_batch=small_batch,
                factor=factor,
                display=[display],
            )
        except Interrupted:
            raise KeyboardInterrupt from None
        finally:
            display.close()
    found = measured.over_training()
    accumulate = batches_per_update(phase)
    draw_noise_scale(
        found,
        out,
        steps_per_epoch=steps_per_epoch(dataset.train, recipe.batch_size),
        batch_size=recipe.batch_size * accumulate,
    )
    return print_noise_scale(
        console,
        found,
        not_finite=measured.not_finite,
        batch_size=recipe.batch_size,
        accumulate=accumulate,
        images=len(dataset.train),
        scales_rate=getattr(phase.optimizer, "reference_batch_size", None) is not None,
        command=" ".join(
            ["keras-recipes run", shlex.quote(options.recipe)]
            + [f"--set {shlex.quote(each)}" for each in options.assignments]
        ),
        out=out,
    )


def _check_numbers(options, recipe, phase):
    """(epochs, small batch, small batches in a large one)."""
    epochs = min(DEFAULT_EPOCHS, phase.epochs) if options.epochs is None else options.epochs
    if not 1 <= epochs <= phase.epochs:
        raise RecipeError(
            "--epochs",
            f"must be in [1, {phase.epochs}], the epochs of phase {phase.name}; got {epochs}",
            "Use --set epochs=N to train for longer.",
        )
    if options.measurements < _FEWEST_MEASUREMENTS:
        raise RecipeError(
            "--measurements",
            f"must be at least {_FEWEST_MEASUREMENTS}; got {options.measurements}",
            "Use 80.",
        )
    small = min(recipe.batch_size, 128) if options.small_batch is None else options.small_batch
    if small < 1:
        raise RecipeError("--small-batch", f"must be at least 1; got {small}", "Leave it out.")
    large = min(max(8, math.ceil(1024 / small)), _MOST_BATCHES) * small
    large = large if options.large_batch is None else options.large_batch
    if large < 4 * small or large % small:
        raise RecipeError(
            "--large-batch",
            f"must be a multiple of the small batch, {small}, and at least 4 times as large; "
            f"got {large}",
            f"Use {16 * small}.",
        )
    return epochs, small, large // small
