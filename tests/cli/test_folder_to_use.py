"""The whole way: a folder of photographs, a recipe, a network, its answers, its exported files."""

import json

import numpy as np
import pytest
from tiny_run import write_photos

from keras_recipes.cli.main import main
from keras_recipes.data.image_file import PixelFormat, read_image

SMALL = (
    "model=Transfer('MobileNet', weights=None, alpha=0.25, batch_normalization='training')",
    "data.image_size=(32, 32)", "data.cache_size=None", "augment=()", "schedule=None",
    "phases.0.epochs=1", "phases.1.epochs=2", "batch_size=8", "precision=float32",
)  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(folder of photographs, run directory), by the commands alone."""
    folder = tmp_path_factory.mktemp("way")
    photos = write_photos(folder / "photos", count=20)
    recipe = folder / "photos.py"
    assert main(["init", str(photos), "--out", str(recipe)]) == 0
    changes = [f"--set={each}" for each in SMALL]
    assert main(["run", str(recipe), "--runs", str(folder / "runs"), *changes]) == 0
    (run,) = (folder / "runs").iterdir()
    return photos, run


def predicted(run, file, capsys):
    """Each class's probability, as `predict` says it."""
    capsys.readouterr()
    assert main(["predict", str(run), str(file), "--json", "--top", "3"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["images"]
    return {each["class"]: each["probability"] for each in row["predictions"]}


def test_phases_are_those_that_init_wrote(trained):
    lines = (trained[1] / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(each)["phase"] for each in lines] == ["head", "all", "all"]


@pytest.mark.parametrize("kind", ["onnx", "litert"])
def test_an_exported_file_answers_as_predict_does(trained, kind, tmp_path, capsys):
    photos, run = trained
    if kind == "onnx":
        runtime = pytest.importorskip("onnxruntime")
        pytest.importorskip("tf2onnx")
    file = photos / "red" / "003.png"
    image = read_image(file, PixelFormat((32, 32), 3, "crop"))[None].astype("float32")
    out = tmp_path / ("model.onnx" if kind == "onnx" else "model.tflite")
    assert main(["export", str(run), "--format", kind, "--out", str(out)]) == 0
    if kind == "onnx":
        session = runtime.InferenceSession(str(out))
        (logits,) = session.run(None, {session.get_inputs()[0].name: image})
    else:
        import tensorflow as tf

        interpreter = tf.lite.Interpreter(str(out))
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
        interpreter.invoke()
        logits = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    probabilities = np.exp(logits[0]) / np.exp(logits[0]).sum()
    said = predicted(run, file, capsys)
    for name, ours in zip(("blue", "green", "red"), probabilities, strict=True):
        assert said[name] == pytest.approx(ours, abs=1e-3)
