"""Draw what the network is shown: images beside their augmented versions, as a PNG.

keras-recipes augment recipes/cifar_resnet.py
keras-recipes augment recipes/cifar_resnet.py --set "augment=(MixUp(0.4),)" --out mixup.png
"""

from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.recipe.recipe import resolve_phases


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    add_picture_argument(parser, "augment-NAME.png")
    parser.add_argument("--images", type=int, default=8, help="rows, an image each; 8")
    parser.add_argument("--times", type=int, default=6, help="augmented versions of each; 6")
    parser.add_argument("--phase", help="the phase whose augmentation is drawn; the first")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    for name, value, most in (("images", options.images, 64), ("times", options.times, 32)):
        if not 1 <= value <= most:
            raise RecipeError(f"--{name}", f"must be in [1, {most}]; got {value}", "Use 8.")
    require_png(options.out)
    loaded = load(options.recipe, options.assignments)
    phase = resolve_phases(loaded.recipe)[find_phase(loaded.recipe, options.phase)]
    require_data(loaded, "draw")
    out = make_room(options.out or f"augment-{loaded.name}.png")
    load_quietly()
    from keras_recipes.report.augment_grid import draw_augmentation

    dataset = loaded.recipe.data.build().of_size(phase.image_size)
    draw_augmentation(
        phase.augment,
        dataset,
        loaded.directory,
        out,
        seed=loaded.recipe.seed,
        images=options.images,
        times=options.times,
    )
    print(out)
