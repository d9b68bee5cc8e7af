"""Real trials in real processes: kept, continued after a kill, and equal to runs by themselves."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from keras_recipes import MLP, SGD, Call, Digits, Recipe, RecipeError
from keras_recipes.recipe.text import to_python
from keras_recipes.studies.local_workers import LocalWorkers, core_groups, environment
from keras_recipes.studies.rows import compare
from keras_recipes.studies.run_trials import run_trials
from keras_recipes.studies.study import Study
from keras_recipes.studies.trials import Trials, read_outcome
from keras_recipes.studies.variant import Variant
from keras_recipes.studies.verdict import verdict
from keras_recipes.training import run
from keras_recipes.training.job import Job

PARTS = """
import keras

def broken(input_shape, num_classes):
    raise ValueError("no such network")
"""
RECIPE = Recipe(
    data=Digits(train_examples=300), model=MLP(hidden_units=(8,)), optimizer=SGD(learning_rate=0.2),
    epochs=2, batch_size=32, precision="float32",
)  # fmt: skip
FILE = """
from keras_recipes import MLP, SGD, Call, Digits, Recipe

recipe = Recipe(
    data=Digits(train_examples=300), model=MLP(hidden_units=(8,)),
    optimizer=SGD(learning_rate=0.2), epochs={epochs}, batch_size=32, precision="float32",
)
"""


def kept_in(folder, sources, versions=None, fingerprint=lambda data: "pixels"):
    return Trials(folder, sources=sources, versions=versions or {}, fingerprint=fingerprint)


@pytest.fixture
def sources(tmp_path):
    (tmp_path / "parts.py").write_text(PARTS)
    return tmp_path


def test_what_decides_a_result_decides_the_key(sources, tmp_path):
    own = replace(RECIPE, model=Call("parts.py:broken"))
    key = kept_in(tmp_path, sources).trial("a", own).key
    assert kept_in(tmp_path, sources).trial("named otherwise", own).key == key
    others = [
        kept_in(tmp_path, sources).trial("a", replace(own, seed=1)),
        kept_in(tmp_path, sources).trial("a", replace(own, batch_size=16)),
        kept_in(tmp_path, sources, versions={"keras": "4"}).trial("a", own),
        kept_in(tmp_path, sources, fingerprint=lambda data: "others").trial("a", own),
    ]
    (sources / "parts.py").write_text(PARTS + "# changed")
    others.append(kept_in(tmp_path, sources).trial("a", own))
    assert len({key, *(each.key for each in others)}) == 6


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory):
    """(study, trials, outcomes, what was told) of two variants that work and one that does not."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "parts.py").write_text(PARTS)
    variants = [
        Variant(name="plain"),
        Variant(name="slow", assignments=("optimizer.learning_rate=0.001",)),
        Variant(name="broken", assignments=('model=Call("parts.py:broken")',)),
    ]
    study = Study(RECIPE, variants, 2, target="r.py", assignments=("epochs=2",))
    kept = kept_in(folder / "trials", folder)
    trials, told = study.trials(kept), []
    outcomes = run_trials(
        study.order(trials), LocalWorkers(kept, min(2, len(os.sched_getaffinity(0)))),
        tell=lambda *about: told.append(about),
    )  # fmt: skip
    return study, kept, trials, outcomes, told


def test_a_failure_is_told_and_stops_nobody(study_folder):
    study, _, trials, outcomes, told = study_folder
    assert len(told) == 6
    rows = compare(study, trials, outcomes)
    assert rows[2].errors
    assert "no such network" in rows[2].errors[0]
    assert rows[2].values["accuracy"] == (None, None)
    assert all(value > 0 for row in rows[:2] for value in row.values["accuracy"])
    assert "accuracy" not in rows[2].effects
    assert rows[1].effects["accuracy"].pairs == 2
    assert rows[1].effects["accuracy"].mean < 0
    assert verdict(rows)[-1] == "Trials failed in broken."


def test_each_row_says_how_to_run_it(study_folder):
    study, _, trials, outcomes, _ = study_folder
    rows = compare(study, trials, outcomes)
    assert rows[1].command == (
        "keras-recipes run r.py --set epochs=2 --set optimizer.learning_rate=0.001 --seed 0"
    )


def test_what_is_finished_is_not_run_again(study_folder, monkeypatch):
    study, kept, trials, outcomes, _ = study_folder
    finished = [each for name in ("plain", "slow") for each in trials[name]]

    def fail(*_, **__):
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", fail)
    again = run_trials(finished, LocalWorkers(kept))
    assert {key: each.results for key, each in again.items()} == {
        each.key: outcomes[each.key].results for each in finished
    }


def test_a_trial_is_the_run_to_the_bit(study_folder, tmp_path):
    _, kept, trials, _, _ = study_folder
    trial = replace(trials["plain"][0], folder=tmp_path / "trial")
    outcome = run_trials([trial], LocalWorkers(kept))[trial.key]  # on all cores, as here
    directory = run.start(
        Job(name="run", recipe=RECIPE), RECIPE.data.build(), tmp_path, sources=tmp_path, command=[]
    )
    about = run.train(RECIPE, RECIPE.data.build(), directory)
    assert outcome.results == {**about["results"]["test"], "seconds": outcome.run["seconds"]}
    assert outcome.run["results"] == about["results"]
    times = ("seconds", "images_per_second")
    ours, theirs = (
        [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
        for path in (outcome.directory, directory.path)
    )
    assert [{**each, **dict.fromkeys(times)} for each in ours] == [
        {**each, **dict.fromkeys(times)} for each in theirs
    ]


def test_killed_it_does_only_what_is_left(root, tmp_path):
    """SIGKILL in the middle of the second trial; the process of that ends too."""
    (tmp_path / "small.py").write_text(FILE.format(epochs=40))
    command = [
        sys.executable, "-m", "keras_recipes", "sweep", "small.py", "--seeds", "1",
        "--grid", "model.activation=relu,gelu",
    ]  # fmt: skip
    how = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(root)}, "text": True}
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, **how)
    trials = tmp_path / "studies" / "trials"

    def epochs():
        return sum(len(file.read_text().splitlines()) for file in trials.glob("*/*/metrics.jsonl"))

    deadline = time.monotonic() + 120
    while epochs() < 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    done = {file.parent: file.stat().st_mtime_ns for file in trials.glob("*/*/run.json")
            if json.loads(file.read_text())["state"] == "finished"}  # fmt: skip
    assert len(done) == 1
    again = subprocess.run(command, capture_output=True, check=True, **how)
    assert "2/2" in again.stdout
    for directory, written in done.items():
        assert (directory / "run.json").stat().st_mtime_ns == written
    table = (tmp_path / "studies" / "sweep-small-activation" / "trials.csv").read_text()
    shutil.rmtree(tmp_path / "studies")
    subprocess.run(command, capture_output=True, check=True, **how)
    whole = (tmp_path / "studies" / "sweep-small-activation" / "trials.csv").read_text()
    assert without_seconds(whole) == without_seconds(table)


def without_seconds(table):
    return [line.rpartition(",")[0] for line in table.splitlines()]


def test_the_resolved_recipe_is_kept(study_folder):
    _, _, trials, _, _ = study_folder
    text = (trials["plain"][1].folder / "recipe.py").read_text()
    assert text == to_python(replace(RECIPE, seed=1))


def test_cores_are_divided():
    cores = sorted(os.sched_getaffinity(0))
    assert core_groups(1) == [tuple(cores)]
    groups = core_groups(len(cores))
    assert sorted(core for group in groups for core in group) == cores
    for jobs in (0, len(cores) + 1):
        with pytest.raises(RecipeError, match="--jobs must be from 1 to"):
            core_groups(jobs)


def test_gpus_are_divided():
    two = {"CUDA_VISIBLE_DEVICES": "0,3"}
    assert environment(two, 0, 1)["CUDA_VISIBLE_DEVICES"] == "0,3"
    assert [environment(two, slot, 3)["CUDA_VISIBLE_DEVICES"] for slot in range(3)] == [
        "0", "3", "0",
    ]  # fmt: skip
    assert environment({}, 1, 2)["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def test_a_variant_that_can_not_be_is_told_by_its_name():
    wrong = Variant(name="no dropout", assignments=("model.dropoud=0.0",))
    with pytest.raises(RecipeError, match="variant no dropout: .*Did you mean 'dropout'"):
        Study(RECIPE, [Variant(name="plain"), wrong], 2, target="r.py")
    with pytest.raises(RecipeError, match="--seeds must be at least 1"):
        Study(RECIPE, [Variant(name="plain")], 0, target="r.py")


def test_an_outcome_needs_a_finished_run(sources, tmp_path):
    trial = kept_in(tmp_path / "trials", sources).trial("plain", RECIPE)
    assert read_outcome(trial) is None
    assert not Path(trial.folder).exists()
    assert np.isfinite(trial.seed)
