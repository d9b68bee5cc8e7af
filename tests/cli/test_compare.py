"""Runs side by side, by what their directories tell."""

import json
import shutil
from pathlib import Path

import pytest
from matplotlib.image import imread

from keras_recipes.cli.main import main
from keras_recipes.recipe.load import load
from keras_recipes.recipe.text import to_flat
from keras_recipes.studies.run_differences import differing_fields, without_details

RUN = Path(__file__).parent.parent / "report" / "digits_run"


def copy_run(to):
    shutil.copytree(RUN, to)
    shutil.copy(RUN / "recipe.txt", to / "recipe.py")
    flat = to_flat(load(str(to / "recipe.py")).recipe)
    (to / "recipe.json").write_text(json.dumps(flat))


@pytest.fixture
def two(tmp_path):
    """A run, and a copy that states another rate and lacks a field, with other scores."""
    for name in ("one", "other"):
        copy_run(tmp_path / name)
    flat = json.loads((tmp_path / "other" / "recipe.json").read_text())
    flat["optimizer.learning_rate"] = 0.123
    flat.pop("stopping.min_delta")
    (tmp_path / "other" / "recipe.json").write_text(json.dumps(flat))
    about = json.loads((tmp_path / "other" / "run.json").read_text())
    about["results"]["test"]["accuracy"] = 0.5
    about["versions"]["keras"] = "9.9"
    (tmp_path / "other" / "run.json").write_text(json.dumps(about))
    return tmp_path / "one", tmp_path / "other"


def test_what_differs_and_nothing_else(two, capsys):
    assert main(["compare", *map(str, two), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    flat = json.loads((two[0] / "recipe.json").read_text())
    assert said["runs"] == ["one", "other"]
    assert sorted(said["recipe"]) == sorted([
        ["optimizer.learning_rate", flat["optimizer.learning_rate"], 0.123],
        ["stopping.min_delta", flat["stopping.min_delta"], "-"],
    ])  # fmt: skip
    assert [each for each in said["circumstances"] if "keras" in each[0]][0][2] == "9.9"
    accuracy = {each[0]: each[1:] for each in said["results"]}["test accuracy"]
    assert accuracy[1] == "0.5000"
    assert accuracy[0] != "0.5000"


def test_it_prints_and_draws(two, capsys, tmp_path):
    picture = tmp_path / "both.png"
    assert main(["compare", *map(str, two), "--out", str(picture)]) == 0
    printed = capsys.readouterr().out
    assert "0.123" in printed
    assert "test accuracy" in printed
    assert imread(picture).shape[1] > 1000


def test_runs_that_are_the_same(tmp_path, capsys):
    for name in ("a", "b"):
        copy_run(tmp_path / name / "run")
    out = str(tmp_path / "x.png")
    assert main(["compare", str(tmp_path / "a/run"), str(tmp_path / "b/run"), "--out", out]) == 0
    printed = capsys.readouterr().out
    assert "recipe: no difference" in printed
    assert "1  " in printed
    assert "a/run" in printed.replace("\n", "")


def test_fields_of_another_part_are_left_out_where_the_part_is_told():
    rows = differing_fields([
        {"optimizer": "SGD", "optimizer.momentum": 0.9, "epochs": 3, "seed": 0},
        {"optimizer": "Adam", "optimizer.beta_1": 0.9, "epochs": 4, "seed": 0},
    ])  # fmt: skip
    assert [each[0] for each in rows] == [
        "optimizer", "optimizer.momentum", "epochs", "optimizer.beta_1",
    ]  # fmt: skip
    assert without_details(rows) == [("optimizer", "SGD", "Adam"), ("epochs", 3, 4)]
