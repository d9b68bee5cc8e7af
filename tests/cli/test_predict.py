"""`predict` says of files what the run's own validation says of them."""

import csv
import json
import shutil

import keras
import numpy as np
import pytest
from tiny_run import train_tiny_run

from keras_recipes.cli.main import main
from keras_recipes.data import evaluation_batches
from keras_recipes.training.predict_files import softmax


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train_tiny_run(tmp_path_factory.mktemp("tiny"))


def predict(capsys, *arguments):
    code = main(["predict", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_probabilities_are_those_of_validation(trained, capsys):
    directory, recipe, dataset = trained
    model = keras.models.load_model(directory.best_model)
    logits = model.predict(evaluation_batches(dataset.validation, 3, 100), verbose=0)
    files = [f"{recipe.data.path}/{each}" for each in dataset.validation.file_names()]
    code, out, error = predict(capsys, directory.path, *files, "--top", 3, "--json")
    assert (code, error) == (0, "")
    answer = json.loads(out)
    assert answer["class_names"] == ["blue", "green", "red"]
    assert [each["file"] for each in answer["images"]] == files
    shares = [{p["class"]: p["probability"] for p in e["predictions"]} for e in answer["images"]]
    found = np.array([[each[name] for name in answer["class_names"]] for each in shares])
    np.testing.assert_allclose(found, softmax(np.float64(logits)), atol=1e-6)
    assert found.std() > 0.1
    first = [each["predictions"][0]["class"] for each in answer["images"]]
    assert first == [answer["class_names"][each] for each in logits.argmax(axis=1)]


def test_a_folder_as_a_table_and_as_csv(trained, capsys, tmp_path):
    directory, recipe, _ = trained
    code, out, _ = predict(capsys, directory.path, recipe.data.path, "--top", 2)
    assert code == 0
    header, *lines = out.splitlines()
    assert header.split() == ["file", "class", "probability", "class", "probability"]
    assert len(lines) == 60
    right = [line.split()[1] == line.split()[0].split("/")[-2] for line in lines]
    assert np.mean(right) > 0.8
    code, out, _ = predict(
        capsys, directory.path, recipe.data.path, "--top", 2, "--csv", tmp_path / "x.csv"
    )
    assert (code, out) == (0, f"{tmp_path / 'x.csv'}\n")
    rows = list(csv.reader((tmp_path / "x.csv").open()))
    assert rows[0] == ["file", "class", "probability", "class_2", "probability_2"]
    assert [(a, b, f"{float(c):.4f}", d) for a, b, c, d, _ in rows[1:]] == [
        tuple(line.split()[:4]) for line in lines
    ]


def test_files_that_cant_be_read_are_named_and_the_others_predicted(trained, capsys, tmp_path):
    directory, recipe, _ = trained
    shutil.copytree(recipe.data.path, tmp_path / "mine")
    (tmp_path / "mine" / "blue" / "003.png").write_bytes(b"")
    (tmp_path / "mine" / "zz.jpg").write_text("no image")
    code, out, error = predict(capsys, directory.path, tmp_path / "mine")
    assert code == 1
    assert len(out.splitlines()) == 59 + 1
    assert error.splitlines() == [
        f"error: {tmp_path}/mine/{name} can't be read: not an image of a known format"
        for name in ("blue/003.png", "zz.jpg")
    ]
    code, out, error = predict(capsys, directory.path, tmp_path / "mine" / "zz.jpg", "--json")
    assert code == 1
    answer = json.loads(out)
    assert answer["unreadable"] == [f"{tmp_path}/mine/zz.jpg"]
    assert answer["images"] == []


def test_a_model_file_by_itself_has_numbers_for_classes(trained, capsys, tmp_path):
    directory, recipe, _ = trained
    shutil.copy(directory.best_model, tmp_path / "mine.keras")
    code, out, _ = predict(capsys, tmp_path / "mine.keras", f"{recipe.data.path}/red/000.png")
    assert code == 0
    assert out.splitlines()[1].split()[1] in ("0", "1", "2")
    code, out, _ = predict(capsys, directory.best_model, f"{recipe.data.path}/red/000.png")
    assert out.splitlines()[1].split()[1] in ("blue", "green", "red")


def _small(last, side=8):
    inputs = keras.Input((side, side, 3))
    return keras.Model(inputs, last(keras.layers.Flatten()(inputs)))


def test_mistakes(trained, capsys, tmp_path):
    directory, recipe, _ = trained
    image = f"{recipe.data.path}/red/000.png"
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.keras").write_text("x")
    _small(keras.layers.Dense(3, "softmax")).save(tmp_path / "softmax.keras")
    _small(keras.layers.Dense(1)).save(tmp_path / "one.keras")
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save(tmp_path / "flat.keras")
    unfinished = shutil.copytree(directory.path, tmp_path / "unfinished")
    (unfinished / "best.keras").unlink()
    for arguments, says in (
        ([unfinished, image], f"--resume {unfinished}"),
        ([directory.path, f"{image}x"], f"Did you mean '{image}'?"),
        ([directory.path, tmp_path / "empty"], "is a folder without images"),
        ([directory.path, image, "--top", 4], "in [1, 3], the number of classes; got 4"),
        ([tmp_path / "x.keras", image], "does not exist"),
        ([tmp_path / "broken.keras", image], "can't be loaded"),
        ([tmp_path / "softmax.keras", image], "ends in softmax"),
        ([tmp_path / "one.keras", image], "returns (None, 1)"),
        ([tmp_path / "flat.keras", image], "takes (None, 4)"),
        ([directory.path, image, "--csv", tmp_path / "none" / "x.csv"], "--csv can't be written"),
    ):
        code, out, error = predict(capsys, *arguments)
        assert (code, out) == (2, ""), arguments
        assert says in error
        assert error.count("\n") == 1
