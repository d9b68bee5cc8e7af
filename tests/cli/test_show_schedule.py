"""`show --schedule`: the picture, its key values, and that neither Keras nor NumPy is loaded."""

import subprocess
import sys

import pytest

from keras_recipes.cli.main import main
from keras_recipes.cli.rate_plot import plot_rates

RECIPE = "recipes/cifar_resnet.py"


def show(capsys, monkeypatch, root, *assignments, recipe=RECIPE):
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "80")
    arguments = [part for each in assignments for part in ("--set", each)]
    assert main(["show", str(recipe), "--schedule", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_it_needs_neither_keras_nor_numpy(root, without_keras):
    done = subprocess.run(
        [sys.executable, "-m", "keras_recipes", "show", RECIPE, "--schedule"],
        capture_output=True, text=True, cwd=root, env={**without_keras, "PYTHONIOENCODING": "utf8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "peak 0.2 in epoch 1, warm-up to epoch 1" in done.stdout
    assert any("\u2800" < character < "\u28ff" for character in done.stdout)


@pytest.mark.parametrize(
    "schedule",
    ["Constant()", "Cosine()", "CosineRestarts()", "Exponential()", "Linear()", "MultiStep()"]
    + ["OneCycle()", "Polynomial()", "Step(every_epochs=10)", "None"],
)
def test_every_schedule_is_drawn(capsys, monkeypatch, root, schedule):
    lines = show(capsys, monkeypatch, root, f"schedule={schedule}")
    assert max(map(len, lines[:16])) <= 80
    assert lines[2].startswith("0.2 ")
    assert lines[13].startswith("  0 ")
    assert "peak 0.2" in lines[-2]
    assert schedule.partition("(")[0].replace("None", "a constant rate") in lines[-3]


@pytest.mark.parametrize("schedule", ["Plateau(patience=3, warmup_epochs=2)", "RateSearch()"])
def test_a_rate_that_follows_the_training_is_drawn_as_it_begins(
    capsys, monkeypatch, root, schedule
):
    lines = show(capsys, monkeypatch, root, f"schedule={schedule}")
    assert lines[2].startswith("0.2 ")
    assert schedule.partition("(")[0] in lines[-4]
    assert "peak 0.2 in epoch" in lines[-3]
    assert "last" not in lines[-3]
    assert "follows the training" in lines[-2]


def test_the_rate_is_that_of_the_batch_size_and_phases_follow_each_other(capsys, monkeypatch, root):
    lines = show(
        capsys, monkeypatch, root,
        "batch_size=256",
        "phases=(Phase(name='warm'), Phase(name='cold', epochs=10, schedule=Step(every_epochs=5),"
        " optimizer=SGD(learning_rate=0.05)))",
    )  # fmt: skip
    assert lines[2].startswith("0.4 ")
    assert lines[15].split() == ["0", "30", "40", "epochs"]
    assert "warm, epochs 0 to 30: Cosine(" in lines[-5]
    assert lines[-4] == ("  first 0.004, peak 0.4 in epoch 1, warm-up to epoch 1, last 1.174e-07")
    assert "cold, epochs 30 to 40: Step(every_epochs=5.0" in lines[-3]
    assert lines[-2] == "  first 0.1, peak 0.1 in epoch 31, last 0.01"


def test_a_schedule_of_ones_own_is_built_and_drawn(capsys, monkeypatch, root, tmp_path):
    (tmp_path / "mine.py").write_text(
        "def zigzag(peak, steps, steps_per_epoch):\n"
        "    return [peak * (step // steps_per_epoch % 2 or 0.5) for step in range(steps)]\n"
    )
    recipe = tmp_path / "own.py"
    recipe.write_text(
        "from keras_recipes import Call, CifarResNet, Digits, Recipe\n"
        "recipe = Recipe(data=Digits(), model=CifarResNet(), epochs=4,"
        " schedule=Call('mine.py:zigzag'))\n"
    )
    lines = show(capsys, monkeypatch, root, recipe=recipe)
    assert lines[-2] == "  first 0.05, peak 0.1 in epoch 2, last 0.1"


def test_a_schedule_that_does_not_fit_is_told(capsys, monkeypatch, root):
    monkeypatch.chdir(root)
    wrong = "schedule=CosineRestarts(cycles=20)"
    assert main(["show", RECIPE, "--schedule", "--set", wrong]) == 2
    assert "schedule.cycles must each have a step" in capsys.readouterr().err


def test_the_picture_by_hand():
    """A fall to a half at the middle, as stars; the fall itself is drawn too."""
    phases = [(2, [1.0] * 10 + [0.5] * 10)]
    assert plot_rates(phases, width=46, height=3, unicode=False) == [
        "  1 +" + "*" * 21,
        "0.5 +" + " " * 20 + "*" * 20,
        "  0 +",
        "    +" + "-" * 40,
        "     0" + " " * 19 + "1" + " " * 11 + "2 epochs",
    ]


def test_many_short_phases_have_a_column_each():
    lines = plot_rates([(1, [0.1])] * 200, width=40, height=4)
    assert len(lines) == 6
    assert all(len(line) <= 40 for line in lines)
