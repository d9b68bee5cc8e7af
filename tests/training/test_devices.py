"""Several devices: the same batches, the same training up to rounding, the same resume."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = """
import keras

def model(input_shape, num_classes, normalize=False):
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.Dense(16, activation="relu")(x)
    if normalize:  # without weights: one process has room for one shape of gradients
        x = keras.layers.BatchNormalization(center=False, scale=False)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))
"""


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    """Of the trainings that most tests look at."""
    folder = tmp_path_factory.mktemp("devices")
    (folder / "my_parts.py").write_text(MODEL)
    return ask(folder)


def ask(*arguments):
    """What two_devices.py prints."""
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("two_devices.py")), *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_pretrain_as_one_does(tmp_path):
    one, two = ask(tmp_path, "pretraining")
    assert [each["phase"] for each in two] == ["pretrain", "pretrain", "train"]
    for name in ("loss", "pretext_accuracy", "val_probe_accuracy"):
        for mine, other in zip(one[:2], two[:2], strict=True):
            assert other[name] == pytest.approx(mine[name], abs=1e-3)
    assert two[2]["val_nll"] == pytest.approx(one[2]["val_nll"], abs=1e-3)


def test_two_devices_train_as_one_does(answer):
    """The same global batch in the same order: all that differs is the order of the sums."""
    assert answer["devices"] == ["CPU:0", "CPU:1"]
    for one, two in zip(answer["one"], answer["two"], strict=True):
        assert two == pytest.approx(one, abs=1e-4)
    assert answer["difference"] < 1e-4


def test_a_run_that_ended_within_an_epoch_ends_with_the_same_bits(answer):
    """Though each device has batch normalisation's statistics and metrics of its own."""
    assert answer["steps"] == 3
    assert answer["own"] >= 2  # moving mean and variance of the second
    assert answer["resumed"] == answer["whole"]
    assert answer["resumed_difference"] == 0


def test_a_search_for_the_rate_shares_its_batches_too(answer):
    one, two = answer["searches"]
    assert len(set(two["values"])) == 3
    assert two["values"] == pytest.approx(one["values"], abs=1e-4)
    assert two["chosen"] == one["chosen"]


def test_what_they_save_is_plain(answer):
    assert answer["loads"] == 4


def test_a_batch_that_cannot_be_shared_is_refused(answer):
    assert answer["uneven"].startswith("RecipeError: batch_size is 33, which 2 devices")
    assert "Use 32" in answer["uneven"]


def test_devices_that_are_gone_are_named(answer):
    assert answer["missing"].startswith("RecipeError: devices lack GPU:3")


def test_what_keras_does_not_share_is_refused(answer):
    assert answer["accumulate"].startswith("RecipeError: optimizer.accumulate must be 1 on 2")
    assert answer["clip"].startswith("RecipeError: optimizer can't clip on 2 devices")


def test_a_rate_that_no_schedule_sets_is_logged(answer):
    assert answer["rate before the search"] == pytest.approx(
        0.05
    )  # 0.2 for 128 images, and 32 a batch


def test_a_range_test_on_two_devices_is_that_on_one(answer):
    one, two = answer["range test on 1"], answer["range test on 2"]
    assert len(one) == 25
    assert two == pytest.approx(one, rel=1e-3)
