"""Train a recipe, test its best epoch, and leave a run directory.

keras-recipes run recipes/cifar_resnet.py
keras-recipes run recipes/cifar_resnet.py --seed 1 --set loss.label_smoothing=0.1
keras-recipes run --resume runs/cifar_resnet-20260101-120000
"""

import sys
from pathlib import Path

from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments
from keras_recipes.errors import DataUnavailable, RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.recipe.recipe import resolve_phases

DEFAULT_RUNS = "runs"


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser, optional=True)
    parser.add_argument("--seed", type=int, help="the same as --set seed=N")
    parser.add_argument(
        "--runs", default=DEFAULT_RUNS, metavar="FOLDER", help="where run directories go; runs/"
    )
    parser.add_argument("--resume", metavar="RUN", help="go on after its last finished epoch")
    parser.add_argument(
        "--no-stand-in",
        action="store_true",
        help="fail where the data can't be had, instead of running the recipe's stand-in",
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    _check(options)
    return _resume(options) if options.resume else _begin(options)


def _check(options):
    if options.resume and (options.no_stand_in or options.runs != DEFAULT_RUNS):
        raise RecipeError(
            "--resume",
            "goes on in the run directory, with the data that it began with",
            "Leave out --runs and --no-stand-in.",
        )
    if options.resume and (options.recipe or options.assignments or options.seed is not None):
        raise RecipeError(
            "--resume", "goes on with the recipe in the run directory",
            "Leave out RECIPE, --set and --seed, or begin a new run without --resume.",
        )  # fmt: skip
    if not (options.resume or options.recipe):
        raise RecipeError(
            "run", "needs a recipe", "Write: keras-recipes run recipes/cifar_resnet.py."
        )


def _begin(options):
    seed = [] if options.seed is None else [f"seed={options.seed}"]
    loaded = load(options.recipe, options.assignments + seed)
    from rich.console import Console

    from keras_recipes.training.job import choose_job, stand_in_job

    console = Console(highlight=False)
    # A data set that is missing is told before TensorFlow takes its seconds to load.
    job = choose_job(loaded, allow_stand_in=not options.no_stand_in)
    _tell_stand_in(console, job.stands_in_for)
    load_quietly()
    from keras_recipes.training import run as training

    try:
        dataset = job.recipe.data.build()
    except DataUnavailable as error:  # the network answered, but the download failed
        job = stand_in_job(loaded, error, allowed=not options.no_stand_in)
        _tell_stand_in(console, job.stands_in_for)
        dataset = job.recipe.data.build()

    command = [Path(sys.argv[0]).name, *sys.argv[1:]]
    directory = training.start(
        job, dataset, Path(options.runs), sources=loaded.directory, command=command
    )
    return _train(job.recipe, dataset, directory, console)


def _resume(options):
    from keras_recipes.training.run_files import read_run_files

    path = Path(options.resume)
    about = read_run_files(path).about
    if about["state"] in ("finished", "stopped early"):
        raise RecipeError(
            f"--resume {path}",
            "has nothing left to do: it is finished",
            f"Begin a new run: keras-recipes run {path / 'recipe.py'}.",
        )
    loaded = load(str(path / "recipe.py"))
    loaded.recipe.data.require()
    load_quietly()
    from rich.console import Console

    from keras_recipes.training.run_directory import RunDirectory

    console = Console(highlight=False)
    directory = RunDirectory(path)
    dataset = loaded.recipe.data.build()
    for what, now, before in (
        ("other images", dataset.fingerprint, about["data"]["fingerprint"]),
        ("other source files", directory.source_hashes(loaded.recipe), about["sources"]),
    ):
        if now != before:
            raise RecipeError(
                f"--resume {path}",
                f"finds {what} than it began with",
                "Put them back as they were, or begin a new run.",
            )
    _tell_stand_in(console, about["stands_in_for"])
    return _train(loaded.recipe, dataset, directory, console)


def _train(recipe, dataset, directory, console):
    from keras_recipes.cli.progress import make_display
    from keras_recipes.cli.summary import print_header, print_interrupted, print_summary
    from keras_recipes.report import write_report
    from keras_recipes.training import run as training
    from keras_recipes.training.interrupt import Interrupted

    print_header(console, directory)
    display = make_display(console, sum(each.epochs for each in resolve_phases(recipe)))
    try:
        about = training.train(recipe, dataset, directory, display=[display])
    except (Interrupted, KeyboardInterrupt):
        display.close()
        print_interrupted(console, directory)
        return 130
    finally:
        display.close()
        write_report(directory.path)
    print_summary(console, about, directory)
    _tell_stand_in(console, about["stands_in_for"])
    return 0


def _tell_stand_in(console, reason):
    if reason is None:
        return
    from rich.markup import escape
    from rich.panel import Panel

    console.print(
        Panel(
            f"{escape(reason)}.\nThe recipe's stand-in runs in its place: what it shows says "
            "nothing of the data set that was asked for.",
            title="stand-in data",
            border_style="yellow",
        )
    )
