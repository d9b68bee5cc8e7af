"""Print a recipe with every choice filled in, as a recipe file or as a flat table.

keras-recipes show recipes/cifar_resnet.py:digits --set batch_size=256
keras-recipes show recipes/cifar_resnet.py --flat
"""

from keras_recipes.cli.recipe_arguments import add_recipe_arguments
from keras_recipes.recipe.load import load
from keras_recipes.recipe.text import to_flat, to_python


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--flat", action="store_true", help="one `path = value` a line, as --set names them"
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    recipe = load(options.recipe, options.assignments).recipe
    if options.flat:
        flat = to_flat(recipe)
        width = max(map(len, flat))
        print("\n".join(f"{path:<{width}} = {value!r}" for path, value in flat.items()))
    else:
        print(to_python(recipe), end="")
