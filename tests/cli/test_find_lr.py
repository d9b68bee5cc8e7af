"""`find-lr` and `run --find-lr` on digits, in this process."""

import json
import shlex

import pytest
from matplotlib.image import imread

from keras_recipes.cli import find_lr
from keras_recipes.cli.main import main
from keras_recipes.recipe.load import load
from keras_recipes.tuning import loss_curve

RECIPE = """
from keras_recipes import *

recipe = Recipe(
    data=Digits(train_examples=600),
    model=MLP(hidden_units=(32,)),
    loss={loss},
    optimizer=SGD(learning_rate=0.01, reference_batch_size=128),
    schedule=Cosine(warmup_epochs=1),
    epochs=2,
    batch_size=64,
    precision="float32",
)
"""
CONSTANT = "import keras\n\ndef loss():\n    return lambda y, logits: 0.0 * keras.ops.sum(logits)\n"


@pytest.fixture
def write_recipe(tmp_path, monkeypatch):
    """Write the recipe, with a loss, into the folder that is worked in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def write(loss="CrossEntropy()"):
        (tmp_path / "parts.py").write_text(CONSTANT)
        (tmp_path / "small.py").write_text(RECIPE.format(loss=loss))
        return "small.py"

    return write


def test_the_rules_are_those_that_there_are():
    assert find_lr.RULES == loss_curve.RULES


def test_the_command_that_is_printed_trains_at_the_rate_that_was_found(write_recipe, capsys):
    phases = "phases=(Phase(name='a'), Phase(name='b'))"
    arguments = ["--set", "batch_size=32", "--set", phases, "--seed", "3", "--repeats", "2"]
    assert main(["find-lr", write_recipe(), *arguments]) == 0
    printed = capsys.readouterr().out
    assert "seed 3: " in printed
    assert "seed 4: " in printed
    assert "shared with   phase b, by one optimizer" in printed
    (line,) = [each for each in printed.splitlines() if "suggestion" in each]
    found = float(line.split()[1])
    for rule in loss_curve.RULES[1:]:
        assert f" {rule} " in printed
    command = shlex.split(printed.splitlines()[-1])
    assert command[:3] == ["keras-recipes", "run", "small.py"]
    recipe = load(command[2], [each for each in command[3:] if each != "--set"]).recipe
    assert (recipe.batch_size, recipe.seed) == (32, 3)
    # A quarter of what is stated: 32 images, stated for 128.
    assert recipe.optimizer.peak_rate(32) == pytest.approx(found, rel=0.06)
    assert imread("find-lr-small.png").std() > 0.05


def test_no_valley_is_drawn_and_ends_in_1(write_recipe, capsys, tmp_path):
    path = write_recipe("Call('parts.py:loss')")
    options = ["--repeats", "1", "--steps", "20", "--out", "pictures/x.png"]
    assert main(["find-lr", path, *options]) == 1
    printed = capsys.readouterr().out
    assert "no usable valley  1 of 1" in printed
    assert "--set" not in printed
    assert imread("pictures/x.png").std() > 0.05
    assert main(["run", path, "--find-lr"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: --find-lr found no usable valley in 3 of 3: the loss")
    assert not (tmp_path / "runs").exists()


def test_run_trains_the_recipe_with_the_rate_that_was_found(write_recipe, capsys, tmp_path):
    assert main(["run", write_recipe(), "--find-lr"]) == 0
    printed = capsys.readouterr().out
    (directory,) = (tmp_path / "runs").iterdir()
    about = json.loads((directory / "run.json").read_text())
    found = about["found_rate"]
    assert found["repeats"] == 3
    assert found["low"] <= found["suggestion"] <= found["high"]
    assert f"{found['suggestion']:.2g}, found by range tests" in printed
    recipe = load(str(directory / "recipe.py")).recipe
    assert recipe.optimizer.peak_rate(64) == pytest.approx(found["suggestion"], rel=0.05)
    assert imread(directory / "find_lr.png").std() > 0.05
    assert "data:image/png;base64," in (directory / "report.html").read_text()
    # The recipe that it left trains to the same bits, with no finder.
    assert main(["run", str(directory / "recipe.py"), "--runs", "again"]) == 0
    (again,) = (tmp_path / "again").iterdir()
    assert json.loads((again / "run.json").read_text())["found_rate"] is None
    assert metrics(again) == metrics(directory)


def metrics(directory):
    records = map(json.loads, (directory / "metrics.jsonl").read_text().splitlines())
    timed = ("seconds", "images_per_second", "time", "ended")
    return [{name: v for name, v in each.items() if name not in timed} for each in records]


def test_a_stand_in_is_tested_when_asked_alone(root, monkeypatch, tmp_path, capsys):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "none"))
    path = str(root / "recipes" / "cifar_resnet.py")
    assert main(["find-lr", path, "--out", str(tmp_path / "x.png")]) == 2
    assert f"Or test the stand-in: {path}:digits." in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()
