"""Train a recipe, test its best epoch, and leave a run directory.

keras-recipes run recipes/cifar_resnet.py
keras-recipes run recipes/cifar_resnet.py --seed 1 --set loss.label_smoothing=0.1
keras-recipes run recipes/cifar_resnet.py --find-lr    with the rate that find-lr suggests
keras-recipes run --resume runs/cifar_resnet-20260101-120000
keras-recipes run recipes/cifar_resnet.py --resume     the newest of it that is not finished

A run that was killed, at whatever moment, goes on from its last checkpoint to the same bits. Exit
code 130 after Ctrl-C and 143 after SIGTERM: both keep the step that they come in.
"""

import signal
import sys
from dataclasses import replace
from pathlib import Path

from keras_recipes.bounds import require_number
from keras_recipes.cli.find_lr import RULES, find_and_tell, save_curve
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments
from keras_recipes.cli.resume import NEWEST, find_run_to_resume, require_same
from keras_recipes.errors import DataUnavailable, RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.recipe.override import override
from keras_recipes.recipe.recipe import run_phases
from keras_recipes.training.checkpoint_times import DEFAULT_MINUTES

DEFAULT_RUNS = "runs"


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser, optional=True)
    parser.add_argument("--seed", type=int, help="the same as --set seed=N")
    parser.add_argument(
        "--runs", default=DEFAULT_RUNS, metavar="FOLDER", help="where run directories go; runs/"
    )
    parser.add_argument(
        "--resume", nargs="?", const=NEWEST, metavar="RUN",
        help="go on with a run that has not finished; the newest of RECIPE where none is named",
    )  # fmt: skip
    parser.add_argument(
        "--resume-anyway", action="store_true",
        help="go on with other versions, or on other cores, which changes the last digits",
    )  # fmt: skip
    parser.add_argument(
        "--checkpoint-minutes", type=float, default=DEFAULT_MINUTES, metavar="N",
        help=f"between checkpoints within an epoch; {DEFAULT_MINUTES:g}",
    )  # fmt: skip
    parser.add_argument(
        "--no-stand-in",
        action="store_true",
        help="fail where the data can't be had, instead of running the recipe's stand-in",
    )
    parser.add_argument(
        "--find-lr",
        action="store_true",
        help="train with the learning rate that find-lr suggests for the first phase, which holds "
        "in every phase without an optimizer of its own; exit code 1 if it suggests none",
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    _check(options)
    return _begin(options) if options.resume is None else _resume(options)


def _check(options):
    require_number("--checkpoint-minutes", options.checkpoint_minutes, above=0)
    resumes = options.resume is not None
    if options.resume_anyway and not resumes:
        raise RecipeError("--resume-anyway", "takes no effect by itself", "Add --resume.")
    if resumes and options.find_lr:
        raise RecipeError(
            "--find-lr",
            "can't change the rate of a run that goes on; its recipe.py has the rate it began with",
            "Leave it out, or begin a new run without --resume.",
        )
    if options.resume == NEWEST:
        if not options.recipe:
            raise RecipeError(
                "--resume", "names neither a run nor a recipe",
                "Write: keras-recipes run --resume runs/cifar_resnet-..., or name a RECIPE.",
            )  # fmt: skip
        return
    if resumes and (options.no_stand_in or options.runs != DEFAULT_RUNS):
        raise RecipeError(
            "--resume",
            "goes on in the run directory, with the data that it began with",
            "Leave out --runs and --no-stand-in.",
        )
    if resumes and (options.recipe or options.assignments or options.seed is not None):
        raise RecipeError(
            "--resume", "goes on with the recipe in the run directory",
            "Leave out RECIPE, --set and --seed, or begin a new run without --resume.",
        )  # fmt: skip
    if not (resumes or options.recipe):
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
    found = None
    if options.find_lr:  # before there is a run directory, which would be left without a run
        found = find_and_tell(console, job.recipe, dataset, loaded.directory)
        if found.rate is None:
            print(f"error: --find-lr found no usable valley in {found.reason}", file=sys.stderr)
            print("Draw the curves: keras-recipes find-lr, with the same RECIPE and --set.",
                  file=sys.stderr)  # fmt: skip
            return 1
        own, job = job.recipe, _with_rate(job, found.rate)
    directory = training.start(
        job, dataset, Path(options.runs), sources=loaded.directory, command=command, found=found
    )
    if found is not None:
        save_curve(found, RULES[0], own, 0, directory.rate_curve)
    return _train(job.recipe, dataset, directory, console, options)


def _with_rate(job, rate):
    from keras_recipes.training.learning_rates import assignments_for_peak

    return replace(job, recipe=override(job.recipe, assignments_for_peak(job.recipe, 0, rate)))


def _resume(options):
    from keras_recipes.training.run_directory import RunDirectory

    path = find_run_to_resume(options)
    directory = RunDirectory(path)
    with directory.in_use():  # by another process, told before anything heavy is loaded
        loaded = load(str(path / "recipe.py"))
    loaded.recipe.data.require()
    load_quietly()
    from rich.console import Console

    console = Console(highlight=False)
    about = directory.read_run()
    dataset = loaded.recipe.data.build()
    require_same(path, about, dataset, directory, loaded.recipe, anyway=options.resume_anyway)
    _tell_stand_in(console, about["stands_in_for"])
    return _train(loaded.recipe, dataset, directory, console, options)


def _train(recipe, dataset, directory, console, options):
    from keras_recipes.cli.progress import make_display
    from keras_recipes.cli.summary import print_header, print_interrupted, print_summary
    from keras_recipes.report import write_report
    from keras_recipes.training import run as training
    from keras_recipes.training.interrupt import Interrupted

    print_header(console, directory)
    display = make_display(console, sum(each.epochs for each in run_phases(recipe)))
    try:
        about = training.train(
            recipe, dataset, directory, display=[display],
            checkpoint_minutes=options.checkpoint_minutes,
        )  # fmt: skip
    except (Interrupted, KeyboardInterrupt) as error:
        display.close()
        print_interrupted(console, directory)
        return 128 + getattr(error, "signal_number", signal.SIGINT)
    finally:
        display.close()
        try:
            write_report(directory.path)
        except (OSError, RecipeError) as error:  # which is not why the run ended
            print(f"the report could not be written: {error}", file=sys.stderr)
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
