"""Shared by all tests: TensorFlow kept quiet, caches kept out of the home directory."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).parent.parent


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """No test reads or writes the user's cache."""
    monkeypatch.setenv("KERAS_RECIPES_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def real_data() -> Path:
    """Real data sets to test on; skips where there are none (see README.md)."""
    folder = os.environ.get("KERAS_RECIPES_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("KERAS_RECIPES_TEST_DATA names no folder of real data")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def without_keras(tmp_path_factory) -> dict:
    """An environment in which TensorFlow, Keras, NumPy and Optuna can't be imported."""
    poisoned = tmp_path_factory.mktemp("poisoned")
    for name in (
        "tensorflow", "keras", "keras_cv", "tensorflow_datasets", "numpy", "rich", "optuna",
    ):  # fmt: skip
        (poisoned / name).mkdir(parents=True)
        (poisoned / name / "__init__.py").write_text(f"raise ImportError('{name} was imported')")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(poisoned), str(ROOT)])}
