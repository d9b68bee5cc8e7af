"""Which run `--resume` goes on with, and what it refuses."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from keras_recipes import MLP, Digits, Recipe, RecipeError
from keras_recipes.cli.resume import NEWEST, find_run_to_resume, require_same
from keras_recipes.training.hardware import describe_machine, training_device, versions
from keras_recipes.training.run_directory import RunDirectory

FILE = """
from dataclasses import replace
from keras_recipes import *

recipe = Recipe(data=Digits(), model=MLP(), epochs=3)
longer = replace(recipe, epochs=9)
"""
RECIPE = Recipe(data=Digits(), model=MLP(), epochs=3)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "small.py").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_directory(folder, started, state, recipe=RECIPE, name="small"):
    directory = RunDirectory.create(folder / "runs", name, recipe, folder)
    directory.write_run(
        {"name": name, "state": state, "started": started, "data": {}, "speed": {}, "seed": 0}
    )
    return directory.path


def asked(**changes):
    options = {"resume": NEWEST, "recipe": "small.py", "assignments": [], "seed": None,
               "runs": "runs", "no_stand_in": False}  # fmt: skip
    return SimpleNamespace(**{**options, **changes})


def test_the_newest_unfinished_run_of_the_recipe_goes_on(folder):
    run_directory(folder, "2026-01-01", "interrupted")
    wanted = run_directory(folder, "2026-01-03", "running")
    run_directory(folder, "2026-01-04", "finished")
    run_directory(folder, "2026-01-05", "stopped early")
    run_directory(folder, "2026-01-06", "interrupted", replace(RECIPE, epochs=4))
    run_directory(folder, "2026-01-07", "interrupted", name="other")
    found = find_run_to_resume(asked())
    assert (folder / found).samefile(wanted)


def test_a_recipe_that_has_changed_is_told_with_the_difference(folder):
    path = run_directory(folder, "2026-01-01", "interrupted")
    with pytest.raises(RecipeError, match="begun with another recipe: epochs is 5 and was 3"):
        find_run_to_resume(asked(assignments=["epochs=5"]))
    with pytest.raises(RecipeError, match="seed is 1 and was 0") as raised:
        find_run_to_resume(asked(seed=1))
    assert str(path.name) in str(raised.value)


def test_none_is_told(folder):
    with pytest.raises(RecipeError, match="finds no unfinished run of small in runs"):
        find_run_to_resume(asked())


def test_what_would_change_the_bits_is_refused_unless_it_is_wanted(folder):
    path = run_directory(folder, "2026-01-01", "interrupted")
    directory, dataset = RunDirectory(path), SimpleNamespace(fingerprint="f")
    about = {
        "data": {"fingerprint": "f"}, "sources": {}, "versions": versions(),
        "machine": describe_machine(training_device()),
    }  # fmt: skip
    require_same(path, about, dataset, directory, RECIPE, anyway=False)
    older = {**about, "versions": {**about["versions"], "keras": "3.0.0"}}
    with pytest.raises(RecipeError, match=r"keras is 3\.\d+\.\d+ and was 3\.0\.0"):
        require_same(path, older, dataset, directory, RECIPE, anyway=False)
    require_same(path, older, dataset, directory, RECIPE, anyway=True)
    wider = {**about, "machine": {**about["machine"], "cpu_cores": 64}}
    with pytest.raises(RecipeError, match="cpu_cores is .* and was 64"):
        require_same(path, wider, dataset, directory, RECIPE, anyway=False)
    other = SimpleNamespace(fingerprint="g")
    with pytest.raises(RecipeError, match="finds other images than it began with"):
        require_same(path, about, other, directory, RECIPE, anyway=True)


def test_a_run_directory_is_used_by_one_process(folder):
    path = run_directory(folder, "2026-01-01", "interrupted")
    with (
        RunDirectory(path).in_use(),
        pytest.raises(RecipeError, match="another process trains there"),
        RunDirectory(path).in_use(),
    ):
        pass
    with RunDirectory(path).in_use():
        pass
