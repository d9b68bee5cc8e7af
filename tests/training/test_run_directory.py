"""A run directory whose files are removed or can't be written while the run goes on."""

import json

import pytest

from keras_recipes import MLP, Digits, Recipe, RecipeError
from keras_recipes.training.run_directory import RunDirectory
from keras_recipes.training.run_files import read_run_files

RECIPE = Recipe(data=Digits(), model=MLP(), epochs=3)
ABOUT = {"name": "small", "state": "running", "data": {}, "speed": {}, "seed": 0}


@pytest.fixture
def directory(tmp_path):
    directory = RunDirectory.create(tmp_path / "runs", "small", RECIPE, tmp_path)
    directory.write_run(ABOUT)
    return directory


def epoch(number):
    return {"epoch": number, "loss": 1 / number}


def test_run_json_is_written_again(directory):
    (directory.path / "run.json").unlink()
    directory.update_run(state="finished")
    assert RunDirectory(directory.path).read_run() == {**ABOUT, "state": "finished"}


def test_run_json_that_was_never_read_is_told(directory):
    (directory.path / "run.json").unlink()
    with pytest.raises(RecipeError, match="is damaged"):
        RunDirectory(directory.path).update_run(state="finished")


def test_the_record_of_all_epochs_is_written_again(directory):
    directory.append_metrics(epoch(1))
    directory.metrics_file.unlink()
    directory.append_metrics(epoch(2))
    directory.append_metrics(epoch(3))
    assert directory.read_metrics() == [epoch(1), epoch(2), epoch(3)]


def test_after_a_resume_too(directory):
    for number in (1, 2, 3):
        directory.append_metrics(epoch(number))
    resumed = RunDirectory(directory.path)
    resumed.keep_metrics(2)
    assert resumed.read_metrics() == [epoch(1), epoch(2)]
    resumed.metrics_file.unlink()
    resumed.append_metrics(epoch(3))
    assert resumed.read_metrics() == [epoch(1), epoch(2), epoch(3)]


def test_epochs_that_are_lost_when_it_goes_on_are_told(directory, capsys):
    directory.metrics_file.write_text("".join(json.dumps(epoch(n)) + "\n" for n in (2, 3, 4)))
    directory.keep_metrics(3)
    assert directory.read_metrics() == [epoch(2), epoch(3)]
    assert "has lost epochs 1; the training goes on" in capsys.readouterr().err


def test_a_record_that_can_not_be_written_is_told(directory):
    directory.metrics_file.mkdir()
    with pytest.raises(RecipeError, match=r"metrics\.jsonl could not be written: .*Is a directory"):
        directory.append_metrics(epoch(1))


def test_the_recipe_is_put_back(directory):
    before = directory.recipe_file.read_text()
    directory.put_back_recipe(RECIPE)
    directory.recipe_file.unlink()
    directory.put_back_recipe(RECIPE)
    assert read_run_files(directory.path).recipe == before
