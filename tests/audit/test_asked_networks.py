"""`audit --labels --augmentation` as a command: real trainings, real files."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_recipes.training.fold_logits import fold_logits

pytest.importorskip("cleanlab")
pytestmark = pytest.mark.slow  # its pieces are tested by themselves
ROOT = Path(__file__).parents[2]
FILE = """
from keras_recipes import MLP, SGD, Digits, Flip, MixUp, Recipe

recipe = Recipe(
    data=Digits(), augment=(Flip(), MixUp(0.2)), model=MLP(hidden_units=(32,)),
    optimizer=SGD(learning_rate=0.2), epochs=4, batch_size=32, precision="float32",
)
"""
AUDIT = [sys.executable, "-m", "keras_recipes", "audit", "small.py"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """(its folder, what it printed, what it printed when labels were looked at again)."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "small.py").write_text(FILE)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    jobs = str(min(2, len(os.sched_getaffinity(0))))
    printed = []
    for further in (["--augmentation"], ["--exclude-suspects", "--out", "again"]):
        command = [*AUDIT, "--labels", "--folds", "2", "--jobs", jobs, *further]
        ended = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        printed.append(ended.stdout)
    return folder, *printed


def rows_of(folder, kind):
    with open(folder / "audit" / "small" / "findings.csv", encoding="utf-8") as file:
        return [each for each in csv.DictReader(file) if each["kind"] == kind]


def test_it_says_beforehand_what_it_trains_and_trains_it_once(done):
    _, first, second = done
    assert "Suspect labels take 2 networks, one for each fold." in first
    assert "for 1 of the folds, a network with and one without each of: Flip()." in first
    assert "Left out, since they change labels by design: MixUp()." in first
    assert "3 networks are to be trained, 0 are there already" in first
    assert first.index("to be trained") < first.index("1/3  ")
    assert "0 networks are to be trained, 2 are there already" in second


def test_each_network_leaves_what_it_says_of_its_fold(done):
    folder, _, _ = done
    (run,) = {
        each.parent
        for each in folder.glob("studies/trials/*/run-*/run.json")
        if "(0, 2)" in (each.parent / "recipe.py").read_text()
        and "Flip" in (each.parent / "recipe.py").read_text()
    }
    kept = fold_logits(run)
    test = json.loads((run / "run.json").read_text())["results"]["test"]
    assert np.mean(kept.logits.argmax(axis=1) == kept.labels) == test["accuracy"]
    (run / "fold_logits.npz").unlink()
    asked_again = fold_logits(run)
    assert np.array_equal(asked_again.rows, kept.rows)
    assert np.allclose(asked_again.logits, kept.logits, atol=1e-5)
    assert (run / "fold_logits.npz").is_file()


def test_suspect_labels_are_listed_and_left_out_if_asked(done):
    folder, first, second = done
    found = rows_of(folder, "suspect-labels")
    assert len(found) >= 5
    assert f"Suspect labels: {len(found)} images" in first
    assert f"Suspect labels: {len(found)} images, {len(found)} better left out" in second
    assert {each["split"] for each in found} <= {"train", "validation"}
    scores = [float(each["score"]) for each in found]
    assert scores == sorted(scores)
    assert all(each["note"].startswith("suggested ") for each in found)
    names = {each["image"] for each in found}
    for out, are_listed in (("audit/small", False), ("again", True)):
        listed = set((folder / out / "exclude.txt").read_text().splitlines())
        assert (names <= listed) == are_listed
    page = (folder / "audit" / "small" / "index.html").read_text()
    assert "Suspect labels" in page


def test_mirrored_digits_are_told_of_and_shown(done):
    folder, first, _ = done
    with open(folder / "audit" / "small" / "label_changes.csv", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    again = [each for each in lines if each["augmentation"].startswith("none")]
    mirrored = [each for each in lines if each["augmentation"] == "Flip()"]
    assert [len(again), len(mirrored)] == [10, 10]
    assert sum(int(each["tried"]) for each in again) > 100
    assert all(each["flips"] == each["lost"] == "0" for each in again)
    flips = {each["class"]: int(each["flips"]) for each in mirrored}
    tried = {each["class"]: int(each["tried"]) for each in mirrored}
    # A mirrored 0 is a 0, and a mirrored 3 or 7 is none.
    assert flips["3"] + flips["7"] > 0.5 * (tried["3"] + tried["7"])
    assert flips["0"] < 0.2 * tried["0"]
    assert f"Flip(): {sum(flips.values())} of {sum(tried.values())} images are taken" in first
    found = [*rows_of(folder, "augmentation-changes-the-class"),
             *rows_of(folder, "augmentation-unlike-the-data")]  # fmt: skip
    assert {"3", "7"} & {each["class"] for each in found}
    assert "augmented: " in (folder / "audit" / "small" / "index.html").read_text()


@pytest.mark.parametrize(
    ("target", "options", "says"),
    [
        ("small.py", "--folds 3", "--folds takes no effect without --labels or --augmentation"),
        ("small.py", "--labels --also Flip()", "--also takes no effect without --augmentation"),
        ("small.py", "--augmentation --networks 6", "--networks must be from 1 to 5"),
        ("small.py", "--augmentation --also Rotate(3)", "Did you mean 'Rotation'?"),
        ("small.py", "--augmentation --set augment=(MixUp(),)", "nothing to try"),
        (".", "--labels", "train networks, and a folder says of none"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_is_loaded(target, options, says, done, without_keras):
    folder, _, _ = done
    ended = subprocess.run(
        [*AUDIT[:-1], target, *options.split(" ")], cwd=folder, env=without_keras,
        capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr
    assert says in ended.stderr
