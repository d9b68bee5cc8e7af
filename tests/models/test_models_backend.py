"""The networks name no backend, and train without TensorFlow."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import keras_recipes.models

FOLDER = Path(keras_recipes.models.__file__).parent

WITHOUT_TENSORFLOW = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tensorflow":
            raise ImportError(f"{name} must not be imported")

sys.meta_path.insert(0, Refuse())
import keras, numpy as np
from keras_recipes.models import cifar_resnet, conv_net, mlp, wide_resnet

x = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 1)).astype("float32")
y = np.arange(16) % 4
shared = dict(dropout=0.1, mean=(128,), variance=(5000,))
for model in (
    cifar_resnet((8, 8, 1), 4, depth=8, width=8, normalization="group", stochastic_depth=0.3,
                 **shared),
    wide_resnet((8, 8, 1), 4, depth=10, widen_factor=1, block_dropout=0.1, **shared),
    conv_net((8, 8, 1), 4, width=8, normalization="local_response", spatial_dropout=0.1, **shared),
    mlp((8, 8, 1), 4, normalization="layer", **shared),
):
    before = [np.array(each) for each in model.get_weights()]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.01), loss)
    model.fit(x, y, 8, epochs=1, verbose=0)
    assert not any(np.array_equal(a, b) for a, b in zip(before, model.get_weights()) if a.ndim > 1)
assert not any(name.split(".")[0] == "tensorflow" for name in sys.modules)
print("trained without tensorflow")
"""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_imports_no_backend(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module]
        for name in names:
            assert name.split(".")[0] not in {"tensorflow", "jax", "torch"}
            assert not name.startswith("keras.src")


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_they_train_on_jax_with_tensorflow_unimportable():
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(FOLDER.parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "trained without tensorflow" in done.stdout
