"""Find the learning rate of a recipe by range tests, and draw their curves as a PNG.

keras-recipes find-lr recipes/cifar_resnet.py
keras-recipes find-lr recipes/digits_mlp.py --set batch_size=256 --repeats 5 --rule steepest

Each repeat trains a fresh network with rates that grow from step to step, on the recipe's own
batches, loss, optimizer and precision, with a seed of its own; the schedule takes no part. Where
gradients are accumulated, a rate holds for the batches of an update. Exit code 1 if the curves have
no usable valley; they are drawn all the same.
"""

import shlex

from keras_recipes.atomic_file import replacing
from keras_recipes.bounds import require_number, require_whole
from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe.load import load
from keras_recipes.recipe.recipe import resolve_phases

RULES = ("middle", "valley", "steepest", "minimum/10")
"""Those of `keras_recipes.tuning.loss_curve`, which NumPy would be needed to ask."""
MIN_LR, MAX_LR, STEPS, REPEATS = 1e-6, 10.0, 100, 3


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument("--seed", type=int, help="the same as --set seed=N; the first repeat's")
    parser.add_argument(
        "--phase", help="the phase to find the rate of, from fresh weights; the first"
    )
    parser.add_argument(
        "--repeats", type=int, default=REPEATS, metavar="N", help=f"tests, a seed each; {REPEATS}"
    )
    parser.add_argument(
        "--rule", default=RULES[0], help=f"{', '.join(RULES[:-1])} or {RULES[-1]}; {RULES[0]}"
    )
    parser.add_argument(
        "--steps", type=int, default=STEPS, metavar="N", help=f"updates of a test; {STEPS}"
    )
    parser.add_argument(
        "--min-lr", type=float, default=MIN_LR, metavar="RATE",
        help=f"the first rate, as the optimizer uses it; {MIN_LR:g}",
    )  # fmt: skip
    parser.add_argument(
        "--max-lr", type=float, default=MAX_LR, metavar="RATE", help=f"the last; {MAX_LR:g}"
    )
    add_picture_argument(parser, "find-lr-NAME.png")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    _check(options)
    seed = [] if options.seed is None else [f"seed={options.seed}"]
    assignments = options.assignments + seed
    loaded = load(options.recipe, assignments)
    recipe = loaded.recipe
    index = find_phase(recipe, options.phase)
    require_data(loaded, "test")
    out = make_room(options.out or f"find-lr-{loaded.name}.png")
    load_quietly()
    from rich.console import Console

    from keras_recipes.training.learning_rates import assignments_for_peak

    console = Console(highlight=False)
    range_test = {"steps": options.steps, "min_lr": options.min_lr, "max_lr": options.max_lr}
    found = find_and_tell(
        console, recipe, recipe.data.build(), loaded.directory, phase=index,
        rule=options.rule, repeats=options.repeats, **range_test,
    )  # fmt: skip
    save_curve(found, options.rule, recipe, index, out)
    changed = () if found.rate is None else assignments_for_peak(recipe, index, found.rate)
    _tell(console, found, options, recipe, index, out)
    if found.rate is None:
        return 1
    sets = [text for each in (*assignments, *changed) for text in ("--set", each)]
    console.print("[bold]use it[/]")
    command = shlex.join(["keras-recipes", "run", options.recipe, *sets])
    console.print(f"  {command}", markup=False, soft_wrap=True)
    return None


def _check(options):
    require_whole("--repeats", options.repeats, at_least=1)
    require_whole("--steps", options.steps, at_least=20)
    require_number("--min-lr", options.min_lr, above=0)
    require_number("--max-lr", options.max_lr, above=options.min_lr)
    if options.rule not in RULES:
        raise RecipeError(
            "--rule", f"is {options.rule!r}, which is none", did_you_mean(options.rule, RULES)
        )
    require_png(options.out)


def find_and_tell(console, recipe, dataset, directory, *, phase=0, rule=RULES[0], repeats=REPEATS,
                  **range_test):  # fmt: skip
    """`find_rate` as a run on this machine would train, with a line for each test."""
    from keras_recipes.training.devices import training_devices
    from keras_recipes.training.find_rate import find_rate
    from keras_recipes.training.run import choose_speed_on

    devices = training_devices()
    tests = "one range test" if repeats == 1 else f"{repeats} range tests"
    console.print(
        f"finding the learning rate: {tests} of {range_test.get('steps', STEPS)} updates at batch "
        f"size {recipe.batch_size}", soft_wrap=True,
    )  # fmt: skip

    def tell(seed, suggestion):
        said = suggestion.reason if suggestion.rate is None else f"{suggestion.rate:.3g}"
        console.print(f"  seed {seed}: {said}", markup=False, soft_wrap=True)

    return find_rate(
        recipe, dataset, directory, choose_speed_on(devices, recipe.precision), phase=phase,
        rule=rule, repeats=repeats, devices=devices, tell=tell, **range_test,
    )  # fmt: skip


def save_curve(found, rule, recipe, phase, out):
    """Draw what was found for a phase, beside the rate that the recipe has for it."""
    from keras_recipes.report.rate_curve import draw_rate_curve
    from keras_recipes.training.learning_rates import peak_rate

    own_rate = peak_rate(resolve_phases(recipe)[phase], recipe.batch_size)
    with replacing(out) as partial:
        draw_rate_curve(found, rule, own_rate=own_rate).savefig(partial, dpi=120)


def _tell(console, found, options, recipe, index, out):
    from rich.markup import escape

    from keras_recipes.cli.summary import print_rows
    from keras_recipes.training.learning_rates import peak_rate
    from keras_recipes.tuning.find_lr import combine

    phases = resolve_phases(recipe)
    rows = []
    if found.rate is None:
        rows.append(("no usable valley", f"[yellow]{escape(found.reason)}[/]"))
    else:
        rows.append(("suggestion", f"[bold]{found.rate:.3g}[/]  {_interval(found, options.rule)}"))
        for rule in RULES:
            other = combine(found.curves, rule)
            if rule != options.rule and other.rate is not None:
                rows.append((rule, f"{other.rate:.3g}  ({other.low:.3g} to {other.high:.3g})"))
    rows.append(("the recipe's", f"{peak_rate(phases[index], recipe.batch_size):.3g}"))
    if recipe.phases[index].optimizer is None:
        sharing = [
            each.name for n, each in enumerate(recipe.phases) if n != index and not each.optimizer
        ]
        if sharing:
            rows.append(("shared with", f"phase {escape(', '.join(sharing))}, by one optimizer"))
    rows.append(("picture", escape(str(out))))
    print_rows(console, rows)


def _interval(found, rule):
    from keras_recipes.report.rate_curve import count_tests

    return f"({found.low:.3g} to {found.high:.3g} in {count_tests(found)}, by the rule {rule})"
