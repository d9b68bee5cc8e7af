"""Exported files say what the model says, run by their own runtimes."""

import importlib.util
import re
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny_run import train_tiny_run

from keras_recipes.cli import export as command
from keras_recipes.cli.main import main
from keras_recipes.training import exported_runtimes
from keras_recipes.training.float32_model import float32_model

HAS_ONNX = all(importlib.util.find_spec(each) for each in ("tf2onnx", "onnxruntime"))
FORMATS = [
    # format, precision, file in the run directory, most that the logits may differ
    ("saved_model", "float32", "saved_model", 1e-4),
    ("litert", "float32", "best.tflite", 1e-4),
    ("litert", "float16", "best-float16.tflite", 0.05),
    ("litert", "int8", "best-int8.tflite", 1.0),
    pytest.param(
        "onnx", "float32", "best.onnx", 1e-4,
        marks=pytest.mark.skipif(not HAS_ONNX, reason="the extra [export] is not installed"),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train_tiny_run(tmp_path_factory.mktemp("tiny"))


def export(capfd, *arguments):
    code = main(["export", *map(str, arguments)])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(("kind", "precision", "name", "most"), FORMATS)
def test_the_file_says_what_the_model_says(trained, capfd, kind, precision, name, most):
    directory, _, dataset = trained
    code, out, error = export(capfd, directory.path, "--format", kind, "--precision", precision)
    assert (code, error) == (0, "")
    file = directory.path / name
    assert out.startswith(f"{file}  ({kind}, {precision}, ")
    assert "takes float32 (batch, 8, 8, 3), RGB in 0..255" in out
    assert "returns logits of blue, green, red" in out
    said = float(re.search(r"differ by at most (\S+)", out).group(1))
    model = keras.models.load_model(directory.best_model)
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype(np.float32)
    found = getattr(exported_runtimes, f"run_{kind}")(file, images)
    difference = np.abs(found - model.predict(images, verbose=0)).max()
    assert difference <= most
    assert said <= most
    if precision == "int8":
        assert max(difference, said) > 0
    assert f"run on {len(dataset.validation)} validation images" in out
    assert not list(directory.path.glob(".*"))


def test_weights_are_kept_as_the_precision_says(trained, capfd, tmp_path):
    directory, _, _ = trained
    for precision in ("float32", "float16", "int8"):
        out = tmp_path / f"{precision}.tflite"
        arguments = ["--format", "litert", "--precision", precision, "--out", out]
        assert export(capfd, directory.path, *arguments)[0] == 0
        interpreter = tf.lite.Interpreter(str(out))
        kept = {each["dtype"] for each in interpreter.get_tensor_details()}
        narrow = kept & {np.float16, np.int8}
        assert narrow == ({np.dtype(precision).type} if precision != "float32" else set())
        assert interpreter.get_input_details()[0]["dtype"] is np.float32
        assert interpreter.get_output_details()[0]["dtype"] is np.float32


def test_what_was_there_is_written_anew(trained, capfd, tmp_path):
    directory, _, _ = trained
    for kind, name in (("saved_model", "saved"), ("litert", "x.tflite")):
        out = tmp_path / "new" / name
        arguments = ["--format", kind, "--out", out]
        assert export(capfd, directory.path, *arguments)[0] == 0
        first = [each for each in out.rglob("*") if each.is_file()] or [out]
        for each in first:
            each.write_bytes(b"old")
        assert export(capfd, directory.path, *arguments)[0] == 0
        assert all(each.read_bytes() != b"old" for each in first)
    assert sorted(each.name for each in out.parent.iterdir()) == ["saved", "x.tflite"]


def test_a_file_that_sees_other_classes_is_an_error(trained, capfd, monkeypatch):
    directory, _, _ = trained
    monkeypatch.setattr(
        exported_runtimes, "run_saved_model", lambda path, images: -np.eye(3)[[0] * len(images)]
    )
    code, out, error = export(capfd, directory.path, "--format", "saved_model")
    assert code == 1
    assert "classes changed" in out
    assert "is not the model that was trained" in error


def test_mixed_precision_becomes_float32_with_the_same_weights():
    keras.utils.set_random_seed(0)
    policy = keras.dtype_policies.DTypePolicy("mixed_bfloat16")
    inputs = keras.Input((4, 4, 1))
    x = keras.layers.Conv2D(3, 2, dtype=policy)(inputs)
    x = keras.layers.Dense(2, dtype="float32")(keras.layers.Flatten(dtype=policy)(x))
    mixed = keras.Model(inputs, x)
    plain = float32_model(mixed)
    assert {each.compute_dtype for each in plain.layers} == {"float32"}
    for one, other in zip(mixed.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    images = np.random.default_rng(0).normal(size=(3, 4, 4, 1)).astype(np.float32)
    np.testing.assert_allclose(mixed(images), plain(images), atol=0.05)
    assert float32_model(plain) is plain
    assert {each.compute_dtype for each in mixed.layers} == {"bfloat16", "float32"}


def test_mistakes(trained, capfd, tmp_path, monkeypatch):
    directory, _, _ = trained
    shutil.copy(directory.best_model, tmp_path / "mine.keras")
    (tmp_path / "x.tflite").mkdir()
    for arguments, says in (
        ([tmp_path / "mine.keras", "--format", "litert"], "Name the run directory"),
        ([directory.path, "--format", "litert", "--out", "x.onnx"], "Use x.tflite."),
        ([directory.path, "--format", "litert", "--out", tmp_path / "x.tflite"], "is a folder"),
        ([directory.path, "--format", "saved_model", "--out", tmp_path], "Name a new folder"),
    ):
        code, out, error = export(capfd, *arguments)
        assert (code, out) == (2, ""), arguments
        assert says in error
        assert error.count("\n") == 1
    monkeypatch.setattr(command.importlib.util, "find_spec", lambda name: None)
    code, _, error = export(capfd, directory.path, "--format", "onnx")
    assert code == 2
    assert "needs tf2onnx, onnx, onnxruntime, not installed" in error
    assert "pip install 'keras_recipes[export]'" in error
