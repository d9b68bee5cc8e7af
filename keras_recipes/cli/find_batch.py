"""Find the largest batch that fits in memory, and the one above which more stops paying.

keras-recipes find-batch recipes/cifar_resnet.py
keras-recipes find-batch recipes/cifar_resnet.py --memory-limit 3GiB --wanted 4096
"""

import shlex
import sys

from keras_recipes.atomic_file import replacing
from keras_recipes.cli.end_in_order import ending_in_order
from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.training.memory_size import parse_memory

START, MOST, STEPS = 16, 4096, 8


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--memory-limit",
        metavar="SIZE",
        help="of the training process, 2GiB: nine tenths of what is free; or of each GPU: all",
    )
    parser.add_argument("--start", type=int, help=f"the first size; {START}, or --most if less")
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
    from keras_recipes.cli.batch_sizes import print_advice, print_attempts, print_table
    from keras_recipes.report.batch_curve import draw_batch_sizes
    from keras_recipes.training.batch_attempts import AttemptFailed, BatchAttempts
    from keras_recipes.training.process_memory import require_measurable

    require_measurable()
    attempts = BatchAttempts(
        loaded.recipe, loaded.directory, memory_limit=limit, steps=options.steps, phase=phase
    )
    found = {}
    try:
        with ending_in_order(), attempts:
            update = _search(attempts, found, options)
    except AttemptFailed as error:
        if found:
            print_table(found, loaded.name, attempts.limit)
        print(f"error: {error}", file=sys.stderr)
        return 1
    command = " ".join(
        ["keras-recipes run", shlex.quote(options.recipe)]
        + [f"--set {shlex.quote(each)}" for each in options.assignments]
    )
    print_table(found, loaded.name, attempts.limit)
    knee = print_attempts(found, options.most, attempts.images)
    print_advice(loaded, command, found, knee, update, attempts.images)
    with replacing(out) as partial:
        draw_batch_sizes(found, knee, attempts.limit, loaded.name).savefig(partial, dpi=120)
    print(out)


def _check(options):
    """Refuse what the options can't mean; returns the memory limit in bytes, None without one."""
    for name in ("start", "most", "steps", "wanted"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise RecipeError(
                f"--{name}", f"must be at least 1; got {value}", "Leave it out for the default."
            )
    if options.start is not None and options.start > options.most:
        raise RecipeError(
            "--start", f"is {options.start}, above --most, {options.most}", "Start with less."
        )
    require_png(options.out)
    if options.memory_limit is None:
        return None
    return parse_memory("--memory-limit", options.memory_limit)


def _search(attempts, found, options):
    """Fill `found`, telling as it goes; returns the wanted `Update`, None if none is wanted."""
    from rich.console import Console

    from keras_recipes.training.batch_search import (
        make_up_update,
        require_wanted,
        search_batch_sizes,
    )

    console = Console(stderr=True, highlight=False)

    def tell(done, special):
        came = f"no: {done.reason}"
        if done.fits:
            came = f"{done.images_per_second:.0f} images/s" if done.seconds else "fits"
        size = f"{done.batch_size} {special}".rstrip()
        console.print(f"{size}: {came}", style="dim", markup=False, soft_wrap=True)

    if options.wanted is not None:
        require_wanted(attempts, options.wanted)
    start = START if options.start is None else options.start
    if search_batch_sizes(attempts, found, start=start, most=options.most, tell=tell) is None:
        raise RecipeError(
            "--memory-limit" if options.memory_limit else "the memory that is free",
            f"leaves no room for a batch of {min(found)}: {found[min(found)].reason}",
            "Give more, or take a smaller model.",
        )
    if options.wanted is None:
        return None
    return make_up_update(attempts, found, options.wanted, tell=tell)
