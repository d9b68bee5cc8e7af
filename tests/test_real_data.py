"""The shipped recipe on real CIFAR-10, where there is some."""

import pytest

from keras_recipes.recipe.load import load
from keras_recipes.training import run
from keras_recipes.training.job import choose_job

RECIPE = "recipes/cifar_resnet.py"


def train(root, tmp_path, target, assignments):
    loaded = load(str(root / target), assignments)
    job = choose_job(loaded, allow_stand_in=False)
    dataset = job.recipe.data.build()
    directory = run.start(job, dataset, tmp_path, sources=loaded.directory, command=[])
    return run.train(job.recipe, dataset, directory)


def test_the_smoke_variant_runs_on_photographs(root, real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(real_data / "tfds"))
    about = train(root, tmp_path, f"{RECIPE}:smoke", ["model.depth=8"])
    assert about["stands_in_for"] is None
    assert about["data"]["name"] == "cifar10"
    assert about["data"]["train"] == 1024
    assert about["results"]["test"]["examples"] == 10_000


@pytest.mark.slow
def test_three_epochs_learn_most_classes(root, real_data, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(real_data / "tfds"))
    about = train(root, tmp_path, RECIPE, ["epochs=3"])
    assert about["data"]["train"] == 48_000
    assert about["results"]["test"]["accuracy"] > 0.65
