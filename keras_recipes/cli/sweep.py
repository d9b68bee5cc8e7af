"""Try values of a choice over paired seeds: which of them matter, and how sure that is.

keras-recipes sweep recipes/digits_mlp.py --grid model.initializer=he_normal,glorot_uniform
keras-recipes sweep recipes/cifar_small.py --named initializers --seeds 10 --jobs 2

Every combination of the grids is trained with every seed, each in a process of its own. What is
finished is kept, and never trained again: a sweep that was ended, or has grown, goes on.
The test set judges, so a variant that is chosen by it looks better there than it is.
"""

from keras_recipes.cli.initial_scales import initial_scales
from keras_recipes.cli.study_command import add_study_arguments, carry_out, require_one
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


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    require_one(options, "grid", "named")
    if options.named:
        return carry_out(
            options, "sweep", lambda recipe: named_variants(recipe, options.named),
            f"-{options.named}", initial_scales if options.named == "initializers" else None,
        )  # fmt: skip
    grids = [parse_grid(each) for each in options.grid]
    swept = "-".join(path.rpartition(".")[2] for path, _ in grids)
    return carry_out(options, "sweep", lambda recipe: grid_variants(recipe, grids), f"-{swept}")
