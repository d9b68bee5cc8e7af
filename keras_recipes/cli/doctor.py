"""Look at what a recipe would train, before it is trained: what is wrong, and how to mend it.

keras-recipes doctor recipes/cifar_resnet.py
keras-recipes doctor recipes/transfer_folder.py --set data.path=my_photos --phase all

Builds the network, takes a batch forward and back, has it learn 32 images by heart (and the same
blanked), times steps and batches. Held against each other: labels, loss and outputs; the first loss
and ln C; the scale of activations and gradients by layer; schedule and callbacks and the steps
planned; memory and what there is. Exit code 1 if something is found.
"""

import json
import tempfile
from pathlib import Path

from keras_recipes.cli.picture_file import add_picture_argument, make_room, require_png
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments, find_phase, require_data
from keras_recipes.recipe.load import load


def add_arguments(parser):
    """Name the command's arguments."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--phase", help="the phase that is looked at, from fresh weights; the first"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, and draw nothing")
    add_picture_argument(parser, "doctor-NAME.png")


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    require_png(options.out)
    loaded = load(options.recipe, options.assignments)
    index = find_phase(loaded.recipe, options.phase)
    require_data(loaded, "look at")
    out = None if options.json else make_room(options.out or f"doctor-{loaded.name}.png")
    found = look_at(loaded, loaded.recipe, index)
    if options.json:
        from keras_recipes.diagnosis.as_text import facts

        print(json.dumps({
            "findings": [vars(each) for each in found.findings], "measured": dict(facts(found)),
        }, indent=2))  # fmt: skip
        return 1 if found.findings else None
    from keras_recipes.cli.diagnosis_summary import print_diagnosis
    from keras_recipes.recipe import resolve_phases

    phase = resolve_phases(loaded.recipe)[index].name
    print_diagnosis(found, f"{loaded.name}, phase {phase}", out)
    return 1 if found.findings else None


def look_at(loaded, recipe, phase: int, **settings):
    """`diagnose_recipe` as a run on this machine would train, in a folder that is thrown away."""
    load_quietly()
    from keras_recipes.studies.doctor import diagnose_recipe
    from keras_recipes.training.devices import training_devices
    from keras_recipes.training.run import choose_speed_on
    from keras_recipes.training.run_directory import RunDirectory

    speed = choose_speed_on(training_devices()[:1], recipe.precision)
    dataset = recipe.data.build()
    with tempfile.TemporaryDirectory() as folder:
        directory = RunDirectory.create(Path(folder), loaded.name, recipe, loaded.directory)
        return diagnose_recipe(recipe, dataset, directory, speed, phase=phase, **settings)
