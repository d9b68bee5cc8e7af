"""Test every training image with a network that has not seen it: the accuracy to expect.

keras-recipes cross-validate recipes/digits_mlp.py --folds 5
keras-recipes cross-validate recipes/folder_convnet.py --folds 5 --repeats 3 --jobs 2

Each fold is tested on by a network trained on the others; groups that the data has stay whole.
The interval is corrected for what the folds have in common (Nadeau & Bengio 2003). The test set is
predicted by all networks together.
"""

import logging
from pathlib import Path

from keras_recipes.cli.study_command import (
    add_study_arguments,
    begin,
    keep_trials,
    run_all,
    save_picture,
    study_table,
)
from keras_recipes.studies.folds import fold_recipes, fold_trials


def add_arguments(parser):
    """Name the command's arguments."""
    add_study_arguments(parser, seeds=False)
    parser.add_argument("--folds", type=int, default=5, metavar="K", help="5")
    parser.add_argument(
        "--repeats", type=int, default=1, metavar="R", help="with other folds each time; 1"
    )


def run(options):
    """Carry the command out; returns the exit code, None for 0."""

    def recipes(recipe):
        return fold_recipes(recipe, options.folds, options.repeats)

    begun = begin(options, recipes)
    kept = keep_trials(begun, options)
    trials = fold_trials(recipes(begun.job.recipe), kept)
    outcomes = run_all(begun, trials, kept, options, best=False)
    # It warns of tracing anew, which each of the networks must be.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return _conclude(begun, options, trials, [outcomes[each.key] for each in trials])


def _conclude(begun, options, trials, outcomes):
    import numpy as np

    from keras_recipes.report.folds_plot import draw_folds
    from keras_recipes.studies.cross_validation import METRICS, predict_folds, summarise
    from keras_recipes.studies.trials import write_json
    from keras_recipes.training.evaluate import score

    console, name = begun.console, f"cross-validate-{begun.job.name}"
    finished = [each for each in outcomes if each.error is None]
    lines = [
        (trial.variant, *(f"{outcome.results[metric]:.4f}" for metric in METRICS))
        if outcome.error is None
        else (trial.variant, "failed", "", "")
        for trial, outcome in zip(trials, outcomes, strict=True)
    ]
    console.print(study_table(("", "accuracy", "nll", "calib."), lines))
    if not finished:
        console.print("no fold was finished", style="red")
        return 1
    folder = Path(options.studies) / name
    found = summarise(finished, options.folds)
    arrays, labels, probabilities = predict_folds(finished)
    ensemble = score(np.log(np.maximum(probabilities, 1e-12)), labels)
    sentences = _sentences(found, ensemble, len(finished))
    for sentence in sentences:
        console.print(sentence, style="bold", soft_wrap=True)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "out_of_fold.npz", **arrays)
    about = {
        "kind": "cross-validate", "recipe": begun.target, "folds": options.folds,
        "repeats": options.repeats, "assignments": list(options.assignments),
        "scores": found.scores, "intervals": found.intervals, "trained_on": found.train,
        "ensemble_on_test": ensemble, "verdict": sentences,
        "trials": [
            {"name": trial.variant, "key": trial.key, "seed": trial.seed, "error": outcome.error,
             "run": None if outcome.directory is None else str(outcome.directory)}
            for trial, outcome in zip(trials, outcomes, strict=True)
        ],
    }  # fmt: skip
    write_json(folder / "study.json", about)
    picture = save_picture(draw_folds(found, ensemble["accuracy"], name), folder)
    for path in (folder / "study.json", folder / "out_of_fold.npz", picture):
        console.print(f" {path}", soft_wrap=True)
    return 1 if len(finished) < len(outcomes) else None


def _sentences(found, ensemble, networks):
    sentences = []
    for metric, what in (("accuracy", "accuracy"), ("nll", "negative log-likelihood")):
        interval = found.intervals[metric]
        text = f"{found.mean(metric):.4f}" + (
            f" ({interval[0]:.4f} to {interval[1]:.4f})" if interval else ", of one fold"
        )
        sentences.append(f"Expected {what}, trained on {found.train} images: {text}.")
    low, high = ensemble["accuracy_interval"]
    sentences.append(
        f"The {networks} networks together on the test set: {ensemble['accuracy']:.4f} "
        f"({low:.4f} to {high:.4f}, {ensemble['examples']} images)."
    )
    return sentences
