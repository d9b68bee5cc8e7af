"""`evaluate` gives the run's own test score again, and scores other images class by class."""

import json
import shutil
from collections import Counter

import numpy as np
import pytest
from tiny_run import train_tiny_run, write_photos

from keras_recipes.cli.evaluate import _print_pairs
from keras_recipes.cli.main import main
from keras_recipes.training.class_scores import score_classes


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train_tiny_run(tmp_path_factory.mktemp("tiny"))


def evaluate(capsys, *arguments):
    code = main(["evaluate", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_runs_own_test_set_gives_its_own_result(trained, capsys):
    directory, _, dataset = trained
    before = directory.read_run()["results"]["test"]
    code, out, error = evaluate(capsys, directory.path, "--json")
    assert (code, error) == (0, "")
    answer = json.loads(out)
    interval = before.pop("accuracy_interval")
    assert answer["accuracy_interval"] == pytest.approx(interval)
    assert {key: answer[key] for key in before} == pytest.approx(before)
    assert answer["part"] == "test"
    counts = Counter(dataset.read_test().class_labels().tolist())
    assert [each["examples"] for each in answer["classes"]] == [counts[k] for k in range(3)]
    code, out, _ = evaluate(capsys, directory.path)
    assert f"accuracy {before['accuracy']:.4f}" in out
    assert "what each class (a row) was taken for (a column)" in out


def test_a_folder_of_other_images(trained, capsys, tmp_path):
    directory, _, _ = trained
    data = write_photos(tmp_path / "new", 9, names=("blue", "red"), seed=7)
    shutil.move(data / "red" / "000.png", data / "blue" / "red.png")  # a mistake on purpose
    code, out, error = evaluate(capsys, directory.path, "--data", data, "--json")
    assert (code, error) == (0, "")
    answer = json.loads(out)
    confusion = np.array(answer["confusion"])
    assert (answer["examples"], answer["part"]) == (18, "all")
    assert [each["examples"] for each in answer["classes"]] == [10, 0, 8]
    assert confusion.sum(axis=1).tolist() == [10, 0, 8]
    assert np.trace(confusion) == answer["correct"] >= 14
    assert confusion[0, 2] >= 1
    assert answer["classes"][1]["recall"] is None
    assert answer["without_images"] == ["green"]
    assert answer["classes"][0]["recall"] == confusion[0, 0] / 10
    (data / "red" / "bad.png").write_bytes(b"")
    code, out, error = evaluate(capsys, directory.path, "--data", data)
    assert code == 1
    assert "no images of green: 2 of 3 classes are scored" in out
    assert "18 images" in out
    assert error == f"error: {data}/red/bad.png can't be read: not an image of a known format\n"


def test_scores_of_classes_by_hand(capsys):
    scores = score_classes([0, 0, 0, 1, 1, 3], [0, 0, 1, 1, 0, 0], 4)
    np.testing.assert_allclose(scores.precision, [2 / 4, 1 / 2, np.nan, np.nan])
    np.testing.assert_allclose(scores.recall, [2 / 3, 1 / 2, np.nan, 0])
    np.testing.assert_allclose(scores.f1, [4 / 7, 1 / 2, np.nan, 0])
    assert scores.examples.tolist() == [3, 2, 0, 1]
    assert scores.most_confused(2) == [(0, 1, 1), (1, 0, 1)]
    assert scores.most_confused() == [(0, 1, 1), (1, 0, 1), (3, 0, 1)]
    _print_pairs(["a", "b", "c", "d"], scores, 5)
    assert "d      taken for  a" in capsys.readouterr().out


def test_mistakes(trained, capsys, tmp_path):
    directory, recipe, _ = trained
    strange = write_photos(tmp_path / "strange", 1)
    (strange / "red").rename(strange / "rde")
    loose = write_photos(tmp_path / "loose", 1)
    shutil.copy(loose / "red" / "000.png", loose / "x.png")
    parts = write_photos(tmp_path / "parts" / "test", 1).parent
    hollow = write_photos(tmp_path / "hollow", 1)
    (hollow / "red" / "000.png").unlink()
    (tmp_path / "empty").mkdir()
    shutil.copy(directory.best_model, tmp_path / "mine.keras")
    for arguments, says in (
        ([directory.path, "--data", strange], "holds 'rde', no class of the run. Did you mean 're"),
        ([directory.path, "--data", loose], "outside of all classes: x.png"),
        ([directory.path, "--data", parts], f"Name one of them: --data {parts}/test."),
        ([directory.path, "--data", hollow], f"--data {hollow}/red holds no images"),
        ([directory.path, "--data", tmp_path / "empty"], "holds no images"),
        ([directory.path, "--data", tmp_path / "none"], "is no folder"),
        ([tmp_path / "mine.keras"], "Name the run directory"),
    ):
        code, out, error = evaluate(capsys, *arguments)
        assert (code, out) == (2, ""), arguments
        assert says in error
        assert error.count("\n") == 1


def test_other_images_than_it_was_trained_on_are_refused(trained, capsys, tmp_path):
    directory, recipe, _ = trained
    moved = shutil.copytree(directory.path, tmp_path / "run")
    photos = shutil.copytree(recipe.data.path, tmp_path / "photos")
    (photos / "red" / "000.png").unlink()
    text = (moved / "recipe.py").read_text()
    (moved / "recipe.py").write_text(text.replace(recipe.data.path, str(photos)))
    code, _, error = evaluate(capsys, moved)
    assert code == 2
    assert "was trained on other images than there are now" in error
    shutil.rmtree(photos)
    code, _, error = evaluate(capsys, moved)
    assert code == 2
    assert "does not exist" in error
