"""What is wrong with a folder, weights, a backbone or a cache is one error of the command."""

import shutil

import h5py
import numpy as np
import pytest
from keras.src.utils import file_utils
from tiny_run import write_photos

from keras_recipes.cli.main import main

RECIPE = """
from keras_recipes import *

recipe = Recipe(
    data=Folder("photos", image_size=(32, 32)),
    model=ConvNet(blocks=1, convolutions=1, width=4),
    epochs=1,
    batch_size=8,
)
"""


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder of photographs in two parts, beside a recipe, where the commands are typed."""
    monkeypatch.chdir(tmp_path)
    for part in ("train", "test"):
        write_photos(tmp_path / "photos" / part, count=12)
    (tmp_path / "mine.py").write_text(RECIPE)
    return tmp_path / "photos"


def told(capsys, *arguments):
    """The one error of a command that ends with exit code 2."""
    capsys.readouterr()
    assert main(list(arguments)) == 2
    errors = [each for each in capsys.readouterr().err.splitlines() if each.startswith("error: ")]
    assert len(errors) == 1
    return errors[0]


def run_told(capsys, *assignments):
    return told(capsys, "run", "mine.py", *(f"--set={each}" for each in assignments))


def remove_a_class(photos):
    shutil.rmtree(photos / "test" / "green")


def empty_a_class(photos):
    for each in (photos / "train" / "green").iterdir():
        each.unlink()


def remove_all(photos):
    shutil.rmtree(photos)
    photos.mkdir()


def leave_one_class(photos):
    for part in ("train", "test"):
        for name in ("green", "blue"):
            shutil.rmtree(photos / part / name)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (remove_a_class, "photos has no images of 'green' in its test part. Add its folder"),
        (empty_a_class, "train/green holds no images. Put some there, or delete it"),
        (remove_all, "photos holds no classes; at least two are needed. Put the images of"),
        (leave_one_class, "photos holds one class, 'red'; at least two are needed. Put the"),
    ],
)
def test_a_folder_that_is_no_data_set(photos, capsys, spoil, says):
    spoil(photos)
    assert says in run_told(capsys)
    assert says in told(capsys, "init", "photos")
    assert not (photos.parent / "photos.py").exists()
    assert not (photos.parent / "runs").exists()


def test_weights_that_do_not_fit_name_the_layer_and_both_shapes(photos, capsys):
    with h5py.File("narrow.h5", "w") as file:
        file.attrs["layer_names"] = [b"conv1"]
        group = file.create_group("conv1")
        group.attrs["weight_names"] = [b"conv1/kernel:0"]
        group.create_dataset("conv1/kernel:0", data=np.zeros((3, 3, 3, 16), "float32"))
    error = run_told(capsys, "model=Transfer('MobileNet', weights='narrow.h5', alpha=0.25)")
    assert "layer conv1 has (3, 3, 3, 8), and the file has (3, 3, 3, 16) in conv1" in error
    assert "model.weights" in error


def test_a_backbone_that_is_not_known(photos, capsys):
    error = run_told(capsys, "model=Transfer('MobilNet')")
    assert "model.backbone is 'MobilNet'" in error
    assert error.endswith("Did you mean 'MobileNet'?")


def test_a_cache_that_cannot_be_written(photos, capsys, monkeypatch):
    (photos.parent / "file").write_text("where a folder should be")
    monkeypatch.setenv("KERAS_RECIPES_CACHE", str(photos.parent / "file"))
    error = run_told(capsys, "data.store=disk")
    assert "data.store can't write the cache" in error
    assert "KERAS_RECIPES_CACHE" in error


def test_a_folder_for_published_weights_that_cannot_be_written(photos, capsys, monkeypatch):
    (photos.parent / "file").write_text("where a folder should be")
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(photos.parent / "file"))
    error = run_told(capsys, "model=Transfer('MobileNet', alpha=0.25)")
    assert "model.weights can't be kept" in error
    assert "Set KERAS_HOME to a folder that can" in error
