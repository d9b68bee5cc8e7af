"""See that a recipe's network can learn a few images by heart; if not, what is wrong.

keras-recipes overfit recipes/cifar_resnet.py
keras-recipes overfit recipes/digits_mlp.py --set optimizer.learning_rate=1e-6

Without augmentation, smoothing, dropout and weight decay, at the highest rate of the schedule, 32
images must come to no error and a loss near 0 within 200 steps. Beside it the same images blanked,
which can't be told apart. Exit code 1 if they are not learnt: then `doctor`'s checks say why, and
other rates are tried.
"""

from keras_recipes.cli.doctor import look_at
from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.recipe.load import load
from keras_recipes.studies.by_heart import without_regularisation

NEAR_ZERO = 0.1


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--phase", help="the phase whose rate and layers it is, from fresh weights; the last"
    )
    add_picture_argument(parser, "overfit-NAME.png")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    require_png(options.out)
    loaded = load(options.recipe, options.assignments)
    index = find_phase(loaded.recipe, options.phase or loaded.recipe.phases[-1].name)
    require_data(loaded, "look at")
    out = make_room(options.out or f"overfit-{loaded.name}.png")
    found = look_at(
        loaded, without_regularisation(loaded.recipe), index, near_zero=NEAR_ZERO, time_it=False
    )
    from keras_recipes.cli.diagnosis_summary import print_memorization

    learnt = found.tried is not None and found.tried.real.reached
    print_memorization(found, loaded.name, out, learnt)
    return None if learnt else 1
