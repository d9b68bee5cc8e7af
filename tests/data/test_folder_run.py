"""A run on files of one's own: kept larger than they are seen, unreadable ones skipped and told."""

import io

import pytest
from image_folder import write_classes
from rich.console import Console

from keras_recipes import Call, Folder, PaddedCrop, Recipe
from keras_recipes.cli.summary import print_header
from keras_recipes.training import run
from keras_recipes.training.job import Job

MODEL = """
import keras

def dense(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, keras.layers.Dense(num_classes)(keras.layers.Flatten()(inputs)))
"""


@pytest.mark.parametrize("augment", [(), (PaddedCrop(2),)])
def test_a_run(tmp_path, augment):
    photos = write_classes(tmp_path / "photos", 10)
    (photos / "red" / "image_000.png").write_bytes(b"")
    (tmp_path / "parts.py").write_text(MODEL)
    recipe = Recipe(
        data=Folder(str(photos), image_size=(6, 8), cache_size=(12, 12), unreadable="skip"),
        augment=augment,
        model=Call("parts.py:dense"),
        epochs=1,
        batch_size=4,
        precision="float32",
    )
    dataset = recipe.data.build()
    job = Job(name="photos", recipe=recipe)
    directory = run.start(job, dataset, tmp_path / "runs", sources=tmp_path, command=[])
    console = Console(file=io.StringIO(), width=200)
    print_header(console, directory)
    assert "1 file that can't be read: red/image_000.png" in console.file.getvalue()
    about = run.train(recipe, dataset, directory)
    assert about["data"]["skipped"] == ["red/image_000.png"]
    assert (about["data"]["image_shape"], about["data"]["stored_shape"]) == ([6, 8, 3], [12, 12, 3])
    assert about["parameters"] == 6 * 8 * 3 * 3 + 3
    assert about["results"]["test"]["examples"] == 6
