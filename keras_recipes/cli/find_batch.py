"""Find the largest batch that fits in memory, and the one above which more stops paying.

keras-recipes find-batch recipes/cifar_resnet.py
keras-recipes find-batch recipes/cifar_resnet.py --memory-limit 3GiB --wanted 4096
"""

import shlex
import signal
import sys

from keras_recipes.atomic_file import replacing
from keras_recipes.cli.memory_size import parse_memory
from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load

START, MOST, STEPS = 16, 4096, 8


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--memory-limit",
        metavar="SIZE",
        help="of the training process, or of each GPU: 2GiB; nine tenths of what is free",
    )
    parser.add_argument("--start", type=int, default=START, help=f"the first size; {START}")
    parser.add_argument("--most", type=int, default=MOST, help=f"the largest to try; {MOST}")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"timed steps an epoch; {STEPS}")
    parser.add_argument(
        "--wanted", type=int, help="images an update: in several batches where they don't fit"
    )
    parser.add_argument("--phase", help="the phase whose steps are timed; the first")
    add_picture_argument(parser, "find-batch-NAME.png")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    limit = _check(options)
    loaded = load(options.recipe, options.assignments)
    phase = loaded.recipe.phases[find_phase(loaded.recipe, options.phase)].name
    require_data(loaded, "try")
    out = make_room(options.out or f"find-batch-{loaded.name}.png")
    load_quietly()
    from keras_recipes.cli.batch_sizes import print_advice, print_attempts
    from keras_recipes.report.batch_curve import draw_batch_sizes
    from keras_recipes.training.batch_attempts import AttemptFailed, BatchAttempts
    from keras_recipes.training.process_memory import require_measurable

    require_measurable()
    attempts = BatchAttempts(
        loaded.recipe, loaded.directory, memory_limit=limit, steps=options.steps, phase=phase
    )
    # Asked to end, by `kill` too, the processes and files of an attempt must not stay.
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with attempts:
            found, wanted = _search(attempts, options)
    except AttemptFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, previous)
    limit = limit or attempts.limit
    command = " ".join(
        ["keras-recipes run", shlex.quote(options.recipe)]
        + [f"--set {shlex.quote(each)}" for each in options.assignments]
    )
    knee = print_attempts(found, loaded.name, limit, options.most, attempts.images)
    print_advice(loaded, command, found, knee, wanted, attempts.images)
    with replacing(out) as partial:
        draw_batch_sizes(found, knee, limit, loaded.name).savefig(partial, dpi=120)
    print(out)


def _check(options):
    """Refuse what the options can't mean; returns the memory limit in bytes, None without one."""
    for name in ("start", "most", "steps", "wanted"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise RecipeError(
                f"--{name}", f"must be at least 1; got {value}", "Leave it out for the default."
            )
    if options.start > options.most:
        raise RecipeError(
            "--start", f"is {options.start}, above --most, {options.most}", "Start with less."
        )
    require_png(options.out)
    if options.memory_limit is None:
        return None
    return parse_memory("--memory-limit", options.memory_limit)


def _search(attempts, options):
    """`({size: Attempt}, whether the wanted size fits or None)`, told as it goes."""
    from rich.console import Console

    from keras_recipes.tuning.batch_size_search import largest_that_fits, next_batch_size

    if options.wanted and options.wanted > attempts.images:
        raise RecipeError(
            "--wanted", f"is {options.wanted}, but there are {attempts.images} training images",
            "Want fewer.",
        )  # fmt: skip
    console = Console(stderr=True, highlight=False)
    most, found, sure = min(options.most, attempts.images), {}, set()

    def attempt(size, long=False):
        done = found[size] = attempts.run(size, long)
        told = f"{done.images_per_second:.0f} images/s" if done.fits else f"no: {done.reason}"
        console.print(f"{size}{' again, for longer' if long else ''}: {told}", style="dim")

    while True:
        fits = {size: done.fits for size, done in found.items()}
        size, largest = next_batch_size(fits, start=options.start, most=most), None
        if size is None:
            largest = largest_that_fits(fits)
            if largest is None:
                raise RecipeError(
                    "--memory-limit" if options.memory_limit else "the memory that is free",
                    f"leaves no room for a batch of {min(found)}: {found[min(found)].reason}",
                    "Give more, or take a smaller model.",
                )
            if largest in sure:
                break
            sure.add(largest)
        attempt(size or largest, long=size is None)
    if options.wanted is None:
        return found, None
    if options.wanted > largest and not any(
        not done.fits and size <= options.wanted for size, done in found.items()
    ):
        attempt(options.wanted, long=True)
    fits = options.wanted <= max(size for size, done in found.items() if done.fits)
    return found, (options.wanted, fits)
