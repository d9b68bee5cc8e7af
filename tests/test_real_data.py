"""Shipped recipes on real images, where there are some."""

import numpy as np
import pytest

from keras_recipes.recipe.load import load
from keras_recipes.training import run
from keras_recipes.training.evaluate import predict_examples
from keras_recipes.training.job import choose_job
from keras_recipes.training.predict_files import predict_files
from keras_recipes.training.trained_model import find_run, open_model

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


def test_predicting_photographs_sees_what_validation_saw(root, real_data, tmp_path):
    photos = real_data / "images" / "sign_digits"
    if not photos.is_dir():
        pytest.skip("no images/sign_digits in it")
    loaded = load(
        str(root / "recipes/folder_convnet.py"),
        [f"data.path={photos}", "data.image_size=(32, 24)", "data.cache_size=(40, 40)", "epochs=1",
         "model.width=4", "schedule=None", "precision=float32"],
    )  # fmt: skip
    recipe = loaded.recipe
    dataset = recipe.data.build()
    job = choose_job(loaded, allow_stand_in=False)
    directory = run.start(job, dataset, tmp_path, sources=loaded.directory, command=[])
    run.train(recipe, dataset, directory)
    trained = open_model(find_run(directory.path))
    files = [str(photos / each) for each in dataset.validation.file_names()]
    logits = np.concatenate([each for _, each in predict_files(trained, files)])
    expected = predict_examples(trained.model, dataset.validation, dataset.num_classes)
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    assert expected.std() > 0.1
