"""What a train step is made of, and callbacks, name no backend and work without TensorFlow."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import keras_recipes.callbacks

PACKAGE = Path(keras_recipes.callbacks.__file__).parent.parent
FOLDERS = ("losses", "metrics", "optimizers", "schedules", "callbacks")
SOURCES = sorted(path for folder in FOLDERS for path in (PACKAGE / folder).glob("*.py"))

WITHOUT_TENSORFLOW = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tensorflow":
            raise ImportError(f"{name} must not be imported")

sys.meta_path.insert(0, Refuse())
import keras, numpy as np
from keras_recipes.callbacks import BestCheckpoint, CosineDecay, PlateauLR
from keras_recipes.losses import SmoothedCrossEntropy, classification_loss
from keras_recipes.metrics import (
    Accuracy, BrierScore, ExpectedCalibrationError, NegativeLogLikelihood, TopKAccuracy
)
from keras_recipes.schedules import TableSchedule, cosine_decay

def train(learning_rate, *callbacks):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    metrics = [Accuracy(), NegativeLogLikelihood()]
    model.compile(keras.optimizers.SGD(learning_rate), SmoothedCrossEntropy(0.1), metrics=metrics)
    x, y = np.eye(3, dtype="float32").repeat(4, 0), np.arange(3).repeat(4)
    history = model.fit(x, y, 2, epochs=3, shuffle=False, verbose=0, callbacks=callbacks,
                        validation_data=(x, np.eye(3)[y]))
    return model, history.history

schedule = cosine_decay(0.5, 18, warmup_steps=6)
best = BestCheckpoint(sys.argv[1], "val_accuracy")
by_callback, history = train(9.0, CosineDecay(0.5, warmup_epochs=1))
by_schedule, _ = train(TableSchedule(schedule))
restored, _ = train(9.0, best)
saved = keras.models.load_model(sys.argv[1])
_, cut = train(0.5, PlateauLR(patience=1, min_delta=99.0, factor=0.5))
assert cut["learning_rate"] == [0.5, 0.5, 0.25]
assert np.float32(history["learning_rate"][-1]) == schedule[-1]
for one, other in ((by_callback, by_schedule), (restored, saved)):
    for a, b in zip(one.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)

ids, logits = np.array([0, 2, 1]), np.array([[9, 0, 0], [0, 0, 9], [9, 0, -9]], "float32")
for kind in ("cross_entropy", "binary_cross_entropy", "focal"):
    loss = classification_loss(kind, label_smoothing=0.1, class_weights=(1.0, 2.0, 3.0))
    np.testing.assert_allclose(loss(ids, logits), loss(np.eye(3)[ids], logits), rtol=1e-6)
for metric, expected in (
    (BrierScore(), 2 / 3), (ExpectedCalibrationError(), 1 / 3), (TopKAccuracy(2), 1.0)
):
    metric.update_state(ids, logits)
    np.testing.assert_allclose(metric.result(), expected, rtol=2e-3)
assert not any(name.split(".")[0] == "tensorflow" for name in sys.modules)
print("trained without tensorflow")
"""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_no_backend_and_only_what_lies_below(path):
    allowed = {"errors", path.parent.name}
    if path.parent.name == "callbacks":
        allowed |= {"atomic_file", "bounds", "losses", "metrics", "optimizers", "schedules"}
    allowed |= {"optimizers": {"model_stages", "schedules"}, "metrics": {"losses"}}.get(
        path.parent.name, set()
    )
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            names = [node.module]
        for name in names:
            top, *rest = name.split(".")
            assert top not in {"tensorflow", "jax", "torch"}
            assert name != "keras.src"
            assert not name.startswith("keras.src.")
            if top == "keras_recipes":
                assert rest[0] in allowed


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_trains_on_jax_with_tensorflow_unimportable(tmp_path):
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(PACKAGE.parent)}
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(tmp_path / "best.keras")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "trained without tensorflow" in result.stdout
