"""Try values of a choice over paired seeds: which of them matter, and how sure that is.

keras-recipes sweep recipes/digits_mlp.py --grid model.initializer=he_normal,glorot_uniform
keras-recipes sweep recipes/cifar_small.py --named initializers --seeds 10 --jobs 2
keras-recipes sweep recipes/digits_mlp.py --random 20 \\
    --space "optimizer.learning_rate=log(0.0001, 0.1)" --space "model.dropout=uniform(0.0, 0.5)"

Every combination of the grids is trained with every seed, each in a process of its own. What is
finished is kept, and never trained again: a sweep that was ended, or has grown, goes on.
The test set judges, so a variant that is chosen by it looks better there than it is.

--random, --tpe and --halving search instead: settings drawn from --space are trained with the
recipe's seed, and the one with the best validation score is chosen. It and the recipe as it is are
then trained with --seeds other seeds, and the test set judges. --tpe and --halving need Optuna:
pip install 'keras_recipes[search]'.
"""

from keras_recipes.cli.initial_scales import initial_scales
from keras_recipes.cli.search_command import METHODS, search
from keras_recipes.cli.study_command import add_study_arguments, carry_out, require_one
from keras_recipes.errors import RecipeError
from keras_recipes.studies.grid import grid_variants, parse_grid
from keras_recipes.studies.named_sweeps import named_variants


def add_arguments(parser):
    """Name the command's arguments."""
    add_study_arguments(parser)
    parser.add_argument(
        "--grid", action="append", default=[], metavar="PATH=VALUE,VALUE",
        help="a choice and the values to try, as --set takes them; several make combinations",
    )  # fmt: skip
    parser.add_argument(
        "--named", metavar="NAME",
        help="a sweep by its name: initializers, activations, normalizations, pooling, dropout, "
        "optimizers, label-smoothing, batch-size",
    )  # fmt: skip
    parser.add_argument(
        "--space", action="append", default=[], metavar="PATH=RANGE",
        help="a choice to search and what to draw it from: uniform(LOW, HIGH), log(LOW, HIGH), "
        "int(LOW, HIGH), or values as in --grid",
    )  # fmt: skip
    parser.add_argument(
        "--random",
        type=int,
        metavar="N",
        help="N settings drawn at random; a larger N adds to them",
    )
    parser.add_argument(
        "--tpe", type=int, metavar="N",
        help="N settings, after the first 10 those that the scores so far make likely to be good",
    )  # fmt: skip
    parser.add_argument(
        "--halving", type=int, metavar="N",
        help="the N settings of --random, of which a third goes on after a ninth of the epochs, "
        "and a third of those after a third",
    )  # fmt: skip
    parser.add_argument(
        "--search-seed", type=int, metavar="N",
        help="of what is drawn; the recipe's seed, with which every setting is trained",
    )  # fmt: skip


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    kind = require_one(options, "grid", "named", *METHODS)
    if kind in METHODS:
        return search(options, kind)
    if options.space or options.search_seed is not None:
        raise RecipeError(
            "--space" if options.space else "--search-seed", f"takes no effect with --{kind}",
            "Search with --random 20, or leave it out.",
        )  # fmt: skip
    if kind == "named":
        return carry_out(
            options, "sweep", lambda recipe: named_variants(recipe, options.named),
            f"-{options.named}", initial_scales if options.named == "initializers" else None,
        )  # fmt: skip
    grids = [parse_grid(each) for each in options.grid]
    swept = "-".join(path.rpartition(".")[2] for path, _ in grids)
    return carry_out(options, "sweep", lambda recipe: grid_variants(recipe, grids), f"-{swept}")
