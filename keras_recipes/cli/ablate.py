"""Leave out one ingredient of a recipe at a time: which of them help, which do harm.

keras-recipes ablate recipes/cifar_small.py --seeds 10 --jobs 2
keras-recipes ablate recipes/cifar_small.py --add          and put in what it lacks

Ingredients are its augmentation, its schedule, and settings such as label smoothing, dropout and
weight decay. Each variant is trained over the same seeds and set beside the recipe as it is.
"""

from keras_recipes.cli.study_command import add_study_arguments, carry_out
from keras_recipes.errors import RecipeError
from keras_recipes.studies.ingredients import with_each, without_each


def add_arguments(parser):
    """Name the command's arguments."""
    add_study_arguments(parser)
    parser.add_argument(
        "--add", action="store_true", help="try ingredients that the recipe lacks as well"
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""

    def variants(recipe):
        found = without_each(recipe) + (with_each(recipe) if options.add else [])
        if len(found) < 2:
            raise RecipeError(
                "ablate", "finds nothing that could be left out",
                "Use --add to put something in, or sweep to try values.",
            )  # fmt: skip
        return found

    return carry_out(options, "ablate", variants, "-add" if options.add else "")
