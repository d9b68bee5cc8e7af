"""What the commands that run studies have in common: options, progress, and the answer."""

import time
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.cli.quiet_tensorflow import load_quietly
from keras_recipes.cli.recipe_arguments import add_recipe_arguments
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.studies.run_trials import core_groups
from keras_recipes.studies.study import Study
from keras_recipes.training.job import choose_job

DEFAULT_STUDIES = "studies"
DEFAULT_SEEDS = 3


def add_study_arguments(parser):
    """Add the recipe, and how its trials are run and kept."""
    add_recipe_arguments(parser)
    parser.add_argument(
        "--seeds", type=int, default=DEFAULT_SEEDS, metavar="N",
        help=f"of each variant, the recipe's and those after it; {DEFAULT_SEEDS}",
    )  # fmt: skip
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N",
        help="trials at once, the cores divided among them; 1",
    )  # fmt: skip
    parser.add_argument(
        "--studies", default=DEFAULT_STUDIES, metavar="FOLDER",
        help="where trials and results are kept; studies/",
    )  # fmt: skip
    parser.add_argument(
        "--no-stand-in", action="store_true",
        help="fail where the data can't be had, instead of studying the recipe's stand-in",
    )  # fmt: skip


def carry_out(options, kind: str, variants_of, suffix: str = ""):
    """Run a study of the recipe that the options name; returns the exit code, None for 0.

    Args:
        options: as `add_study_arguments` has them.
        kind: of the study, such as `"sweep"`.
        variants_of: function of the recipe that will run to the study's variants.
        suffix: told apart by it, studies of one kind and recipe are kept beside each other.
    """
    loaded = load(options.recipe, options.assignments)
    core_groups(options.jobs)
    # What is wrong with it is told before anything heavy is loaded.
    Study(loaded.recipe, variants_of(loaded.recipe), options.seeds, target=options.recipe)
    from rich.console import Console

    console = Console(highlight=False)
    job = choose_job(loaded, allow_stand_in=not options.no_stand_in)
    target = options.recipe
    if job.stands_in_for:
        target = f"{loaded.path}:{loaded.recipe.stand_in}"
        console.print(
            f"{job.stands_in_for}: the stand-in {loaded.recipe.stand_in} is studied", style="bold"
        )
    study = Study(
        job.recipe, variants_of(job.recipe), options.seeds, target=target,
        assignments=options.assignments,
    )  # fmt: skip
    folder = Path(options.studies)
    return _run(console, study, loaded, options.jobs, folder, f"{kind}-{job.name}{suffix}", kind)


def _run(console, study, loaded, jobs, folder, name, kind):
    load_quietly()
    from keras_recipes.report.study_plot import draw_study
    from keras_recipes.studies.results import write_results
    from keras_recipes.studies.rows import compare
    from keras_recipes.studies.run_trials import run_trials
    from keras_recipes.studies.trials import Trials
    from keras_recipes.training.batch_attempts import hide_gpus
    from keras_recipes.training.hardware import versions

    hide_gpus()  # they are for the trials
    kept = Trials(
        (folder / "trials").resolve(),
        sources=loaded.directory,
        versions=versions(),
        fingerprint=lambda data: data.build().fingerprint,
    )
    trials = study.trials(kept)
    order = study.order(trials)
    progress = _Progress(console, len({each.key for each in order}), jobs)
    outcomes = run_trials(order, kept, jobs=jobs, tell=progress)
    rows = compare(study, trials, outcomes)
    paths = write_results(study, rows, trials, outcomes, folder / name, kind=kind, name=name)
    paths.append(folder / name / "study.png")
    with replacing(paths[-1]) as partial:
        draw_study(rows, name).savefig(partial, dpi=150)
    print_study(console, study, rows, paths)
    return 1 if any(row.errors for row in rows) else None


class _Progress:
    """A line for each trial that ends: its score, how many are left, and the best so far."""

    def __init__(self, console, total, jobs):
        self._console, self._total, self._jobs = console, total, jobs
        self._done, self._kept, self._began = 0, 0, time.monotonic()
        self._scores = {}
        console.print(f"{total} trials, {jobs} at a time", style="italic")

    def __call__(self, trial, outcome):
        from keras_recipes.report.duration import format_seconds

        self._done += 1
        label = f"{self._done:>{len(str(self._total))}}/{self._total}  {trial.variant}, " + (
            f"seed {trial.seed}"
        )
        if outcome.error is not None:
            self._console.print(f"{label}  failed: {outcome.error}", style="red", soft_wrap=True)
            return
        self._scores.setdefault(trial.variant, []).append(outcome.results["accuracy"])
        means = {name: sum(each) / len(each) for name, each in self._scores.items()}
        best = max(means, key=means.get)
        left = self._seconds_left()
        self._console.print(
            f"{label}  accuracy {outcome.results['accuracy']:.4f}  "
            f"{format_seconds(outcome.results['seconds'])}"
            + (f"  {format_seconds(left)} left" if left else "")
            + f"  best so far {best} {means[best]:.4f}",
            soft_wrap=True,
        )

    def _seconds_left(self):
        """From the mean pace of this study; those that were finished before took no time."""
        seconds = time.monotonic() - self._began
        if seconds < 1:
            self._kept = self._done
            return None
        return seconds / max(self._done - self._kept, 1) * (self._total - self._done)


def print_study(console, study, rows, paths):
    """The table, what it shows in sentences, the command of each row, and where it is kept."""
    from keras_recipes.studies.results import FURTHER, HEADINGS, about, cells, further_cells
    from keras_recipes.studies.verdict import verdict

    console.print(about(study), style="dim")
    console.print(_table(HEADINGS, [cells(row) for row in rows]))
    if len(rows) > 1:
        console.print("differences from the first row; * shown (p below 5 %)", style="dim")
        further = [further_cells(row) for row in rows[1:]]
        console.print(_table(("variant", *FURTHER.values()), further))
    for sentence in verdict(rows):
        console.print(sentence, style="bold", soft_wrap=True)
    console.print("each row by itself, the other seeds likewise:", style="dim")
    for row in rows:
        console.print(f"  {row.command}", style="dim", soft_wrap=True)
        for error in row.errors:
            console.print(f"    failed: {error}", style="red", soft_wrap=True)
    for path in paths:
        console.print(f" {path}", soft_wrap=True)


def _table(headings, lines):
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False)
    for index, heading in enumerate(headings):
        fixed = {} if index == 0 else {"justify": "right", "no_wrap": True}
        table.add_column(heading, overflow="fold", **fixed)
    for line in lines:
        table.add_row(*line)
    return table


def require_one(options, *names: str):
    """Raise `RecipeError` unless exactly one of some options is given."""
    given = [each for each in names if getattr(options, each)]
    if len(given) != 1:
        written = " or ".join(f"--{each}" for each in names)
        raise RecipeError(
            options.command, f"needs {written}, one of them; got {len(given)}",
            "Write, for example, --grid model.dropout=0.0,0.2.",
        )  # fmt: skip
