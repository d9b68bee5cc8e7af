"""What the commands that run studies have in common: options, progress, and the answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras_recipes.atomic_file import replacing
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments
from keras_recipes.cli.study_progress import StudyProgress
from keras_recipes.cli.trial_workers import add_worker_arguments, check_workers, make_workers
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import Loaded, load
from keras_recipes.studies.run_trials import run_trials
from keras_recipes.studies.study import Study
from keras_recipes.training.job import Job, choose_job

DEFAULT_STUDIES = "studies"
DEFAULT_SEEDS = 3


def add_study_arguments(parser, seeds: bool = True):
    """Add the recipe, and how its trials are run and kept."""
    add_recipe_arguments(parser)
    if seeds:
        parser.add_argument(
            "--seeds", type=int, default=DEFAULT_SEEDS, metavar="N",
            help=f"of each variant, the recipe's and those after it; {DEFAULT_SEEDS}",
        )  # fmt: skip
    add_worker_arguments(parser)
    parser.add_argument(
        "--studies", default=DEFAULT_STUDIES, metavar="FOLDER",
        help="where trials and results are kept; studies/",
    )  # fmt: skip
    parser.add_argument(
        "--no-stand-in", action="store_true",
        help="fail where the data can't be had, instead of studying the recipe's stand-in",
    )  # fmt: skip


def carry_out(options, kind: str, variants_of, suffix: str = "", further=None):
    """Run a study of the recipe that the options name; returns the exit code, None for 0.

    Args:
        options: as `add_study_arguments` has them.
        kind: of the study, such as `"sweep"`.
        variants_of: function of the recipe that will run to the study's variants.
        suffix: told apart by it, studies of one kind and recipe are kept beside each other.
        further: function of (`Begun`, the study, its folder, its name) that looks at it in another
            way, prints that and returns the paths of what it has written.
    """
    begun = begin(options, lambda recipe: _study(options, recipe, variants_of))
    study = _study(options, begun.job.recipe, variants_of, begun.target)
    kept = keep_trials(begun, options)
    trials = study.trials(kept)
    outcomes = run_all(begun, study.order(trials), kept, options)
    from keras_recipes.report.study_plot import draw_study
    from keras_recipes.studies.results import write_results
    from keras_recipes.studies.rows import compare

    name = f"{kind}-{begun.job.name}{suffix}"
    folder = Path(options.studies) / name
    rows = compare(study, trials, outcomes)
    paths = write_results(study, rows, trials, outcomes, folder, kind=kind, name=name)
    paths.append(save_picture(draw_study(rows, name), folder))
    paths += further(begun, study, folder, name) if further else []
    print_study(begun.console, study, rows, paths)
    return 1 if any(row.errors for row in rows) else None


def _study(options, recipe, variants_of, target=None):
    return Study(
        recipe, variants_of(recipe), options.seeds, target=target or options.recipe,
        assignments=options.assignments,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What is studied."""

    console: Any
    loaded: Loaded
    job: Job
    target: str
    """How `run` is told of it."""


def begin(options, check) -> Begun:
    """Read the recipe and see that its data can be had, before anything heavy is loaded.

    Args:
        options: as `add_study_arguments` has them.
        check: called with the recipe that was asked for; raises `RecipeError` if it can't be
            studied so.
    """
    loaded = load(options.recipe, options.assignments)
    check_workers(options)
    check(loaded.recipe)
    from rich.console import Console

    console, target = Console(highlight=False), options.recipe
    job = choose_job(loaded, allow_stand_in=not options.no_stand_in)
    if job.stands_in_for:
        target = f"{loaded.path}:{loaded.recipe.stand_in}"
        console.print(
            f"{job.stands_in_for}: the stand-in {loaded.recipe.stand_in} is studied", style="bold"
        )
    return Begun(console=console, loaded=loaded, job=job, target=target)


def keep_trials(begun: Begun, options):
    """The folder of trials, for this recipe; TensorFlow is loaded, and leaves the GPUs alone."""
    load_quietly()
    from keras_recipes.studies.trials import Trials
    from keras_recipes.training.batch_attempts import hide_gpus
    from keras_recipes.training.hardware import versions

    hide_gpus()  # they are for the trials
    return Trials(
        (Path(options.studies) / "trials").resolve(),
        sources=begun.loaded.directory,
        versions=versions(),
        fingerprint=lambda data: data.build().fingerprint,
    )


def run_all(begun: Begun, trials, kept, options, *, best: bool = True) -> dict:
    """Run what is not finished, with a line for each; returns each trial's outcome by its key.

    Args:
        options: as `add_study_arguments` has them.
        best: whether a line tells the best variant so far.
    """
    workers, how = make_workers(options, kept)
    progress = StudyProgress(begun.console, len({each.key for each in trials}), how, best=best)
    return run_trials(trials, workers, tell=progress)


def save_picture(figure, folder: Path, name: str = "study.png") -> Path:
    """Write a picture; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / name) as partial:
        figure.savefig(partial, dpi=150)
    return folder / name


def print_study(console, study, rows, paths, says=None):
    """The table, what it shows in sentences, the command of each row, and where it is kept."""
    from keras_recipes.studies.results import FURTHER, HEADINGS, about, cells, further_cells
    from keras_recipes.studies.verdict import verdict

    console.print(about(study), style="dim")
    console.print(study_table(HEADINGS, [cells(row) for row in rows]))
    if len(rows) > 1:
        console.print("differences from the first row; * shown (p below 5 %)", style="dim")
        further = [further_cells(row) for row in rows[1:]]
        console.print(study_table(("variant", *FURTHER.values()), further))
    for sentence in verdict(rows) if says is None else says:
        console.print(sentence, style="bold", soft_wrap=True)
    console.print("each row by itself, the other seeds likewise:", style="dim")
    for row in rows:
        console.print(f"  {row.command}", style="dim", soft_wrap=True)
        for error in row.errors:
            console.print(f"    failed: {error}", style="red", soft_wrap=True)
    for path in paths:
        console.print(f" {path}", soft_wrap=True)


def study_table(headings, lines):
    """A table for the terminal, its first column text, the others numbers."""
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False)
    for index, heading in enumerate(headings):
        fixed = {} if index == 0 else {"justify": "right", "no_wrap": True}
        table.add_column(heading, overflow="fold", **fixed)
    for line in lines:
        table.add_row(*line)
    return table


def require_one(options, *names: str) -> str:
    """The one of some options that is given; raises `RecipeError` if none is, or several."""
    given = [each for each in names if getattr(options, each) not in (None, [])]
    if len(given) != 1:
        written = f"--{', --'.join(names[:-1])} or --{names[-1]}"
        raise RecipeError(
            options.command, f"needs {written}, one of them; got {len(given)}",
            "Write, for example, --grid model.dropout=0.0,0.2.",
        )  # fmt: skip
    return given[0]
