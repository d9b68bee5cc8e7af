"""Cross-validation as a command: every training image predicted once, by a network without it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_recipes import MLP, Digits, Recipe, Rotations
from keras_recipes.studies.folds import fold_recipes
from keras_recipes.studies.resampled import corrected_interval

FILE = """
from keras_recipes import MLP, SGD, Digits, Recipe

recipe = Recipe(
    data=Digits(), model=MLP(hidden_units=(16,)), optimizer=SGD(learning_rate=0.2), epochs=2,
    batch_size=32, precision="float32",
)
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """(what it printed, its folder)."""
    folder = tmp_path_factory.mktemp("folds")
    (folder / "small.py").write_text(FILE)
    jobs = str(min(2, len(os.sched_getaffinity(0))))
    command = [sys.executable, "-m", "keras_recipes", "cross-validate", "small.py", "--folds", "2",
               "--jobs", jobs]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return ended.stdout, folder / "studies" / "cross-validate-small"


def test_every_training_image_is_predicted_once(done):
    _, folder = done
    found = np.load(folder / "out_of_fold.npz")
    whole = Digits().build()
    pool = np.concatenate([whole.train.indices, whole.validation.indices])
    assert sorted(found["rows"]) == sorted(pool)
    assert np.array_equal(found["labels"], whole.train.labels[found["rows"]])
    assert found["logits"].shape == (len(pool), 10)
    assert set(found["network"]) == {0, 1}


def test_the_scores_are_those_of_the_predictions(done):
    _, folder = done
    found, about = (
        np.load(folder / "out_of_fold.npz"),
        json.loads((folder / "study.json").read_text()),
    )
    right = found["logits"].argmax(axis=1) == found["labels"]
    scores = [float(right[found["network"] == fold].mean()) for fold in (0, 1)]
    assert about["scores"]["accuracy"] == pytest.approx(scores)
    assert about["intervals"]["accuracy"] == pytest.approx(corrected_interval(scores, 1.0))
    assert about["ensemble_on_test"]["examples"] == 360
    assert about["ensemble_on_test"]["accuracy"] > 0.5


def test_it_says_what_to_expect(done):
    printed, folder = done
    assert "Expected accuracy, trained on" in printed
    assert "The 2 networks together on the test set: 0." in printed
    assert (folder / "study.png").stat().st_size > 5000


def test_a_fold_is_held_out_of_what_is_pretrained_on_too():
    pretrain = Rotations(epochs=1, unlabelled=Digits(train_examples=500))
    recipe = Recipe(data=Digits(train_examples=50), model=MLP(), pretrain=pretrain, epochs=1)
    for each in fold_recipes(recipe, folds=2, repeats=2).values():
        shown, held_out = each.pretrain.unlabelled.build().train, each.data.build().read_test()
        assert len(shown) == 500
        assert not set(shown.indices) & set(held_out.indices)
