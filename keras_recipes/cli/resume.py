"""`run --resume`: which run goes on, and whether it is still the one that was begun."""

from pathlib import Path

from keras_recipes.errors import RecipeError, some_of
from keras_recipes.recipe.load import load
from keras_recipes.recipe.text import to_flat, to_python
from keras_recipes.training.run_files import DONE, read_about, read_run_files

NEWEST = ""
"""`--resume` without a run."""


def find_run_to_resume(options) -> Path:
    """The run that `--resume` names, or the newest unfinished one of the recipe.

    Raises:
        RecipeError: if there is none, it is finished, or the recipe is another now.
    """
    if options.resume == NEWEST:
        return _newest_unfinished(options)
    path = Path(options.resume)
    if read_run_files(path).about["state"] in DONE:
        raise RecipeError(
            f"--resume {path}",
            "has nothing left to do: it is finished",
            f"Begin a new run: keras-recipes run {path / 'recipe.py'}.",
        )
    return path


def _newest_unfinished(options):
    seed = [] if options.seed is None else [f"seed={options.seed}"]
    loaded = load(options.recipe, options.assignments + seed)
    wanted = {to_python(each) for each in (loaded.recipe, *_stand_ins(loaded, options, seed))}
    damaged = []
    unfinished = list(_unfinished(Path(options.runs), loaded.name, damaged))
    for path in unfinished:
        if (path / "recipe.py").read_text(encoding="utf-8") in wanted:
            return path
    if not unfinished:
        raise RecipeError(
            "--resume", f"finds no unfinished run of {loaded.name} in {options.runs}"
            + (f", where run.json of {some_of(damaged, 3)} is damaged" if damaged else ""),
            "Name a run directory, or leave --resume out to begin one.",
        )  # fmt: skip
    newest = unfinished[0]
    raise RecipeError(
        f"--resume {newest}",
        f"was begun with another recipe: {some_of(_differing(loaded.recipe, newest), 4)}",
        f"Go on with its own: keras-recipes run --resume {newest}. Or begin a new run.",
    )


def _stand_ins(loaded, options, seed):
    """The recipe that ran where the data couldn't be had."""
    if loaded.recipe.stand_in is None or options.no_stand_in:
        return []
    target = f"{loaded.path}:{loaded.recipe.stand_in}"
    try:
        return [load(target, options.assignments + seed).recipe]
    except RecipeError:  # a --set that the stand-in can't take
        return []


def _unfinished(runs, name, damaged):
    """Run directories of the name that are not finished, the newest first; adds to `damaged`."""
    found = []
    for path in runs.glob("*/run.json"):
        try:
            about = read_about(path.parent)
        except RecipeError:
            damaged.append(path.parent)
            continue
        if about["state"] not in DONE and about["name"] == name:
            found.append((about.get("started", ""), path.parent))
    return [path for _, path in sorted(found, reverse=True)]


def _differing(recipe, path):
    now, before = to_flat(recipe), to_flat(load(str(path / "recipe.py")).recipe)
    return [
        f"{field} is {now.get(field)} and was {before.get(field)}"
        for field in sorted({*now, *before})
        if now.get(field) != before.get(field)
    ]


def require_same(path: Path, about: dict, dataset, directory, recipe, *, anyway: bool):
    """Raise `RecipeError` where a run would not go on as it began.

    Args:
        path: of the run.
        about: its run.json.
        dataset: as it is now.
        directory: `RunDirectory` of the run.
        recipe: the run's.
        anyway: whether what changes bits alone may differ: versions, and cores.
    """
    from keras_recipes.training.hardware import decides_bits, differences

    for what, now, before in (
        ("other images", dataset.fingerprint, about["data"]["fingerprint"]),
        ("other source files", directory.source_hashes(recipe), about["sources"]),
    ):
        if now != before:
            raise RecipeError(
                f"--resume {path}",
                f"finds {what} than it began with",
                "Put them back as they were, or begin a new run.",
            )
    differing = differences(decides_bits(), {**about["versions"], **about["machine"]})
    if differing and not anyway:
        raise RecipeError(
            f"--resume {path}", f"would not go on to the same bits: {', '.join(differing)}",
            "Go on where it began, or add --resume-anyway.",
        )  # fmt: skip
