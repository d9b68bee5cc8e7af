"""What `sweep` does where it searches: settings tried, one chosen, and that one judged anew."""

from dataclasses import replace
from pathlib import Path

from keras_recipes.atomic_file import replacing
from keras_recipes.cli.search_progress import SearchProgress
from keras_recipes.cli.study_command import (
    begin,
    keep_trials,
    print_study,
    run_all,
    save_picture,
    study_table,
)
from keras_recipes.cli.trial_workers import make_workers
from keras_recipes.errors import RecipeError
from keras_recipes.studies.criterion import monitored, planned_epochs
from keras_recipes.studies.grid import AS_IT_IS
from keras_recipes.studies.optuna_proposals import TPE, Halving, require_optuna
from keras_recipes.studies.search import Drawn, run_search
from keras_recipes.studies.space import check_space, draw_all, parse_space
from keras_recipes.studies.study import Study
from keras_recipes.studies.variant import Variant

METHODS = ("random", "tpe", "halving")
"""Options that search, each with the number of settings."""


def search(options, method: str):
    """Search, choose by validation, and judge by the test set; returns the exit code, None for 0.

    Args:
        options: of `sweep`.
        method: one of `METHODS`.
    """
    space = _read_space(options, method)
    begun = begin(options, lambda recipe: _check(options, method, recipe, space))
    recipe = begun.job.recipe
    _check(options, method, recipe, space)  # a stand-in is another one
    kept = keep_trials(begun, options)
    proposals = _proposals(options, method, recipe, space)
    workers, how = make_workers(options, kept)
    progress = SearchProgress(begun.console, monitored(recipe), proposals.number, how)
    searched = run_search(recipe, proposals, kept, workers, tell=progress)
    fields = "-".join(each.path.rpartition(".")[2] for each in space)
    name = f"sweep-{begun.job.name}-{method}-{fields}"
    paths = _save_search(searched, space, Path(options.studies) / name, name)
    if not searched.best():
        begun.console.print("no setting could be trained to its end", style="red")
        return 1
    return _judge(begun, options, kept, method, space, searched, name, paths)


def _read_space(options, method):
    number = getattr(options, method)
    if number < 1:
        raise RecipeError(f"--{method}", f"must be at least 1; got {number}", "Use 20.")
    if options.ray is not None and method != "random":
        raise RecipeError(
            f"--{method}", "can't be run on Ray, which takes all trials at once and tells nothing "
            "of them until they end",
            "Use --random, or leave out --ray.",
        )  # fmt: skip
    if not options.space:
        raise RecipeError(
            f"--{method}", "needs --space, what to draw from",
            "Write, for example, --space model.dropout=uniform(0.0, 0.5).",
        )  # fmt: skip
    return parse_space(options.space)


def _search_seed(options, recipe):
    return recipe.seed if options.search_seed is None else options.search_seed


def _check(options, method, recipe, space):
    """Raise `RecipeError` for what can't be searched so; nothing heavy is loaded."""
    check_space(recipe, space)
    _comparison(options, recipe, Variant(name="chosen"), options.recipe)
    if method != "random":
        require_optuna(f"--{method}")
    if method == "tpe":
        return
    drawn = _draw(options, method, recipe, space)
    if method == "halving":
        _check_epochs(recipe, space, drawn)


def _check_epochs(recipe, space, drawn):
    epochs = planned_epochs(recipe)
    if epochs < 2:
        raise RecipeError(
            "--halving", "needs epochs to end a trial after; the recipe has 1", "Use --random."
        )
    for each in drawn:
        try:
            planned = planned_epochs(each.change(recipe))
        except RecipeError:  # told when its turn comes
            continue
        if planned != epochs:
            raise RecipeError(
                "--halving", "compares trials after the same epochs of as many; the space changes "
                f"their number to {planned}", "Leave epochs out of the space, or use --random.",
            )  # fmt: skip


def _draw(options, method, recipe, space):
    number = getattr(options, method)
    return draw_all(space, number, _search_seed(options, recipe), f"--{method}")


def _proposals(options, method, recipe, space):
    if method == "tpe":
        seed = _search_seed(options, recipe)
        return TPE(space, options.tpe, seed, monitored(recipe))
    drawn = _draw(options, method, recipe, space)
    if method == "random":
        return Drawn(drawn)
    return Halving(drawn, planned_epochs(recipe), monitored(recipe))


def _comparison(options, recipe, chosen, target):
    """The recipe as it is and what was chosen, with seeds that have chosen nothing."""
    return Study(
        replace(recipe, seed=recipe.seed + 1), [Variant(name=AS_IT_IS), chosen], options.seeds,
        target=target, assignments=options.assignments,
    )  # fmt: skip


def _save_search(searched, space, folder, name):
    from keras_recipes.report.search_plot import draw_search
    from keras_recipes.studies.search_results import search_csv

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "search.csv") as partial:
        partial.write_text(search_csv(searched, space), encoding="utf-8")
    picture = save_picture(draw_search(searched, space, name), folder, "search.png")
    return [folder / "search.csv", picture]


def _judge(begun, options, kept, method, space, searched, name, paths):
    from keras_recipes.report.study_plot import draw_study
    from keras_recipes.studies.criterion import TEST_METRICS
    from keras_recipes.studies.results import write_results
    from keras_recipes.studies.rows import compare
    from keras_recipes.studies.search_results import (
        about_search,
        describe_search,
        headings,
        search_cells,
        search_markdown,
    )
    from keras_recipes.studies.search_verdict import fresh_scores, search_verdict

    console, folder = begun.console, Path(options.studies) / name
    console.print(about_search(searched), style="dim")
    console.print(study_table(headings(searched), search_cells(searched)))
    chosen = searched.best()[0].variant
    study = _comparison(options, begun.job.recipe, chosen, begun.target)
    trials = study.trials(kept)
    console.print("the recipe as it is and the best of them, with other seeds:", style="italic")
    outcomes = run_all(begun, study.order(trials), kept, options)
    rows = compare(study, trials, outcomes)
    fresh = fresh_scores([outcomes[each.key] for each in trials[chosen.name]])
    says = search_verdict(searched, fresh, rows)
    record = describe_search(
        searched, space, fresh, method=method, seed=begun.job.recipe.seed,
        search_seed=_search_seed(options, begun.job.recipe),
    )  # fmt: skip
    written = write_results(
        study, rows, trials, outcomes, folder, kind="sweep", name=name, says=says,
        also={"search": record}, before=search_markdown(searched),
    )  # fmt: skip
    metric = TEST_METRICS[searched.monitor]
    written.append(save_picture(draw_study(rows, name, metric), folder))
    print_study(console, study, rows, [*written, *paths], says)
    return 1 if any(row.errors for row in rows) else None
