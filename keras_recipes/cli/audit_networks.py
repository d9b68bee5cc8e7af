"""The part of `audit` that trains networks: its options, and what comes of them."""

import csv
import io
import logging
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.audit.asked_recipes import asked_recipes, require_cleanlab
from keras_recipes.audit.augmentations import augmentations_of
from keras_recipes.cli.study_command import DEFAULT_STUDIES, Begun, keep_trials, run_all
from keras_recipes.cli.trial_workers import add_worker_arguments, check_workers
from keras_recipes.errors import RecipeError

_FOLDS, _NETWORKS = 5, 1
_NEEDS = {
    "folds": ("labels", "augmentation"),
    "networks": ("augmentation",),
    "also": ("augmentation",),
    "exclude_suspects": ("labels",),
    "studies": ("labels", "augmentation"),
    "jobs": ("labels", "augmentation"),
    "ray": ("labels", "augmentation"),
}
"""Option to those of which one must be given with it."""


def add_network_arguments(parser):
    """Name the arguments."""
    parser.add_argument(
        "--labels", action="store_true",
        help="find suspect labels: train a network for each fold of the training images, and see "
        "which labels the others contradict",
    )  # fmt: skip
    parser.add_argument(
        "--augmentation", action="store_true",
        help="find augmentation that changes the label: train with and without each, and see what "
        "the networks make of augmented images",
    )  # fmt: skip
    parser.add_argument("--folds", type=int, metavar="K", help=f"{_FOLDS}")
    parser.add_argument(
        "--networks", type=int, metavar="N",
        help=f"with --augmentation: the folds, of K, that it is tried on; {_NETWORKS}",
    )  # fmt: skip
    parser.add_argument(
        "--also", action="append", metavar="PART",
        help='with --augmentation: another one to try, e.g. --also "Rotation(180)"',
    )  # fmt: skip
    parser.add_argument(
        "--exclude-suspects", action="store_true",
        help="with --labels: put suspect labels on the exclude list too",
    )  # fmt: skip
    add_worker_arguments(parser)
    parser.add_argument(
        "--studies", metavar="FOLDER", help=f"where trained networks are kept; {DEFAULT_STUDIES}/"
    )


def check_networks(options, loaded):
    """Raise `RecipeError` if what the options ask for can't be; loads nothing heavy.

    Args:
        loaded: the recipe, or None for a folder.

    Returns:
        further augmentations to try.
    """
    for name, needed in _NEEDS.items():
        if getattr(options, name) and not any(getattr(options, each) for each in needed):
            raise RecipeError(
                f"--{name.replace('_', '-')}",
                f"takes no effect without --{' or --'.join(needed)}", "Add it, or leave this out.",
            )  # fmt: skip
    if not asks_networks(options):
        return ()
    if loaded is None:
        raise RecipeError(
            "--labels, --augmentation", "train networks, and a folder says of none",
            "Write a recipe by keras-recipes init, and audit that.",
        )  # fmt: skip
    check_workers(options)
    if options.labels:
        require_cleanlab("--labels")
    also = tuple(_read_part(each) for each in options.also or ())
    asked_recipes(loaded.recipe, **_numbers(options), tried=_tried(options, loaded, also))
    return also


def asks_networks(options) -> bool:
    """Whether the options ask for any."""
    return options.labels or options.augmentation


def network_findings(options, console, loaded, also, images, out: Path) -> list:
    """Train what is not there yet, ask it, and tell.

    Args:
        options: as `add_network_arguments` has them, checked.
        console: of rich.
        loaded: the recipe.
        also: as `check_networks` has returned it.
        images: `AuditedImages` of its data.
        out: where `label_changes.csv` goes.

    Returns:
        findings.
    """
    options.studies = options.studies or DEFAULT_STUDIES
    begun = Begun(console=console, loaded=loaded, job=None, target=options.target)
    kept = keep_trials(begun, options)
    from keras_recipes.audit.asked_networks import pipelines_of

    recipe = loaded.recipe
    dataset = recipe.data.build()
    tried, pipelines = _tried(options, loaded, also), {}
    if tried is not None:
        tried, pipelines = pipelines_of(tried, dataset, loaded.directory, recipe.seed)
    asked = asked_recipes(recipe, **_numbers(options), tried=tried)
    trials = {name: kept.trial(name, each) for name, each in asked.all().items()}
    for sentence in _announcement(asked, tried, trials, kept):
        console.print(sentence, style="italic", soft_wrap=True)
    outcomes = run_all(begun, list(trials.values()), kept, options, best=False)
    # It warns of tracing anew, which each of the networks must be.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)

    def of(names):
        return [outcomes[trials[name].key] for name in names]

    found = []
    if options.labels:
        found += _suspects(options, images, dataset, of(asked.folds))
    if tried is not None:
        of_each = {name: [of(pair) for pair in asked.pairs[name]] for name in pipelines}
        found += _changes(console, images, dataset, of_each, pipelines, out)
    return found


def _suspects(options, images, dataset, outcomes):
    from keras_recipes.audit.label_findings import suspect_findings
    from keras_recipes.audit.out_of_fold import out_of_fold
    from keras_recipes.audit.suspect_labels import suspect_labels

    predicted = out_of_fold(dataset, outcomes)
    suspects = suspect_labels(predicted.labels, predicted.probabilities)
    return suspect_findings(images, predicted, suspects, exclude=options.exclude_suspects)


def _changes(console, images, dataset, of_each, pipelines, out):
    from keras_recipes.audit.asked_networks import ask_networks
    from keras_recipes.audit.label_findings import change_findings

    changes = []
    for name, outcomes in of_each.items():
        changes += ask_networks(outcomes, pipelines[name], name, dataset.num_classes)
    lines = list(_lines(changes, dataset.class_names))
    with replacing(out / "label_changes.csv") as partial:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *lines])
        partial.write_text(text.getvalue(), encoding="utf-8")
    _print_changes(console, changes, dataset.class_names)
    console.print(f" {out / 'label_changes.csv'}", soft_wrap=True)
    return change_findings(images, dataset, changes)


_COLUMNS = (
    "augmentation", "class", "tried", "flips", "flips low", "flips high", "lost", "lost low",
    "lost high", "mostly", "left as it was",
)  # fmt: skip


def _lines(changes, names):
    for change in changes:
        for label, name in enumerate(names):
            becomes = change.becomes(label)
            yield [
                change.augmentation, name, change.tried(label), change.flips(label),
                *(f"{each:.4f}" for each in change.interval(label)),
                change.flips(label, lost=True),
                *(f"{each:.4f}" for each in change.interval(label, lost=True)),
                "" if becomes < 0 else names[becomes], int(change.unchanged[label]),
            ]  # fmt: skip


def _print_changes(console, changes, names):
    """For each augmentation how many are taken for another class, by class."""
    from rich.markup import escape

    from keras_recipes.cli.study_command import study_table

    for change in changes:
        flipping = [label for label in range(len(names)) if change.flips(label)]
        tried = sum(change.tried(label) for label in range(len(names)))
        console.print(
            f"[bold]{escape(change.augmentation)}[/]: {sum(map(change.flips, flipping))} of "
            f"{tried} images are taken for another class", soft_wrap=True,
        )  # fmt: skip
        lines = [
            (names[label], str(change.tried(label)), str(change.flips(label)),
             "{:.0%} to {:.0%}".format(*change.interval(label)),
             str(change.flips(label, lost=True)),
             "{:.0%} to {:.0%}".format(*change.interval(label, lost=True)),
             names[change.becomes(label)])
            for label in flipping
        ]  # fmt: skip
        if lines:
            head = ("class", "tried", "flip", "95 %", "lost", "95 %", "mostly to")
            console.print(study_table(head, lines))
    console.print(
        "flip: taken for another class by a network trained without the augmentation; lost: by one "
        "trained with it, too", style="dim", soft_wrap=True,
    )  # fmt: skip


def _announcement(asked, tried, trials, kept):
    """What will be trained, in sentences."""
    from keras_recipes.studies.trials import read_outcome

    if asked.folds:
        yield f"Suspect labels take {len(asked.folds)} networks, one for each fold."
    if tried is not None:
        yield (
            f"Augmentation takes, for {len(next(iter(asked.pairs.values())))} of the folds, a "
            f"network with and one without each of: {', '.join(tried.parts)}."
        )
        if tried.left_out:
            yield f"Left out, since they change labels by design: {', '.join(tried.left_out)}."
    different = {each.key: each for each in trials.values()}
    there = sum(read_outcome(each) is not None for each in different.values())
    yield (
        f"{len(different) - there} networks are to be trained, {there} are there already; what "
        "ends before its time goes on when the command is repeated."
    )


def _numbers(options):
    return {
        "folds": _FOLDS if options.folds is None else options.folds,
        "networks": _NETWORKS if options.networks is None else options.networks,
        "labels": options.labels,
    }


def _tried(options, loaded, also):
    return augmentations_of(loaded.recipe, also) if options.augmentation else None


def _read_part(text):
    from keras_recipes.recipe.augment import Augmentation
    from keras_recipes.recipe.override import read_value
    from keras_recipes.recipe.part import conform

    return conform("--also", read_value(text, "--also"), Augmentation)
