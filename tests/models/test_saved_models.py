"""What is saved loads where this package can't be imported, and predicts the same."""

import subprocess
import sys

import keras
import numpy as np

from keras_recipes.models import cifar_resnet, conv_net, mlp, wide_resnet

SHAPE = (8, 8, 3)
IMAGES = np.random.default_rng(0).integers(0, 256, (4, *SHAPE)).astype("float32")
INPUT = {"mean": (100.0, 110.0, 120.0), "variance": (3000.0, 4000.0, 5000.0)}

LOAD = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "keras_recipes":
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
import keras, numpy as np
folder = sys.argv[1]
images = np.load(f"{folder}/images.npy")
for name in sys.argv[2:]:
    model = keras.models.load_model(f"{folder}/{name}.keras")
    np.save(f"{folder}/{name}.npy", np.asarray(model(images), "float32"))
    drops = [each for each in model.layers if getattr(each, "noise_shape", None)]
    assert all(tuple(each.noise_shape) == (None, 1, 1, 1) for each in drops)
    model(images, training=True)
"""


def some_models():
    depth = {"stochastic_depth": 0.5, "dropout": 0.5, **INPUT}
    yield "resnet", cifar_resnet(SHAPE, 5, depth=8, width=8, normalization="group", **depth)
    yield "wide", wide_resnet(SHAPE, 5, depth=10, widen_factor=1, block_dropout=0.5, **depth)
    yield "mlp", mlp(SHAPE, 5, hidden_units=(6,), normalization="layer", dropout=0.5, **INPUT)
    plain = {"normalization": "local_response", "activation": "mish", "spatial_dropout": 0.5}
    plain |= {"blocks": 2, "width": 8, "dropout": 0.5, "dense_units": (6,), **INPUT}
    yield "conv_net", conv_net(SHAPE, 5, **plain)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        yield "half", conv_net(SHAPE, 5, **plain)
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_saved_model_loads_without_this_package_and_predicts_the_same(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    predictions = {}
    for name, model in some_models():
        model.save(tmp_path / f"{name}.keras")
        predictions[name] = np.asarray(model(IMAGES), "float32")
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path), *predictions],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name, expected in predictions.items():
        np.testing.assert_allclose(
            np.load(tmp_path / f"{name}.npy"), expected, rtol=1e-5, atol=1e-5
        )
