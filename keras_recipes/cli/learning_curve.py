"""Train on half of the images, a quarter, ...: what more data would bring, and until when.

keras-recipes learning-curve recipes/cifar_small.py --seeds 5 --jobs 2
keras-recipes learning-curve recipes/cifar_small.py --beside "augment=(PaddedCrop(4), Flip())"

Every size is trained for as many epochs, over paired seeds, each of which chooses other images; a
power law is fitted, and asked what twice the data would bring. `--beside` sets other efforts,
such as augmentation or a larger model, on all images beside that.
"""

from pathlib import Path

from keras_recipes.cli.study_command import (
    add_study_arguments,
    begin,
    keep_trials,
    print_study,
    run_all,
    save_picture,
)
from keras_recipes.errors import RecipeError
from keras_recipes.studies.study import Study
from keras_recipes.studies.variant import Variant


def add_arguments(parser):
    """Name the command's arguments."""
    add_study_arguments(parser)
    parser.add_argument(
        "--points", type=int, default=5, metavar="N", help="sizes, each half of the one before; 5"
    )
    parser.add_argument(
        "--pays", type=float, default=0.01, metavar="GAIN",
        help="the accuracy that doubling the data must bring to pay; 0.01",
    )  # fmt: skip
    parser.add_argument(
        "--beside", action="append", default=[], metavar="PATH=VALUE",
        help="another effort to set beside more data, as --set takes it",
    )  # fmt: skip


def run(options):
    """Carry the command out; returns the exit code, None for 0."""
    if options.points < 3:
        raise RecipeError("--points", f"must be at least 3; got {options.points}", "Use 5.")
    if not 0 < options.pays < 1:
        raise RecipeError("--pays", f"must be within (0, 1); got {options.pays}", "Use 0.01.")

    def check(recipe):
        plain = [Variant(name="all images")]
        beside = [Variant(name=each, assignments=(each,)) for each in options.beside]
        Study(recipe, plain + beside, options.seeds, target=options.recipe)

    begun = begin(options, check)
    kept = keep_trials(begun, options)
    dataset = begun.job.recipe.data.build()
    from keras_recipes.studies.learning_curve import size_variants, sizes

    found = sizes(len(dataset.train), options.points, dataset.num_classes)
    study = Study(
        begun.job.recipe, size_variants(found, options.beside), options.seeds,
        target=begun.target, assignments=options.assignments, divide_anew=True,
    )  # fmt: skip
    trials = study.trials(kept)
    outcomes = run_all(begun, study.order(trials), kept, options)
    return _conclude(begun, options, study, found, trials, outcomes)


def _conclude(begun, options, study, found, trials, outcomes):
    from keras_recipes.report.learning_curve_plot import draw_learning_curve
    from keras_recipes.studies.learning_curve import curve_verdict, learn_curve
    from keras_recipes.studies.results import write_results
    from keras_recipes.studies.rows import compare

    name = f"learning-curve-{begun.job.name}"
    folder = Path(options.studies) / name
    rows = compare(study, trials, outcomes)
    curve = learn_curve(rows, found)
    sentences = curve_verdict(curve, options.pays, rows, found)
    paths = write_results(
        study, rows, trials, outcomes, folder, kind="learning-curve", name=name, says=sentences
    )
    paths.append(save_picture(draw_learning_curve(curve, name), folder))
    print_study(begun.console, study, rows, paths, sentences)
    return 1 if any(row.errors for row in rows) else None
