"""`find-batch` in real processes: what it finds trains under the same limit, the next does not."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from keras_recipes.cli.end_in_order import ending_in_order
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import load
from keras_recipes.training.limited_process import run_limited
from keras_recipes.training.memory_size import format_memory, parse_memory

# Memory goes with the batch, 20 to 40 MiB an image, and the arithmetic is next to nothing.
WIDE = """
import keras

def wide(input_shape, num_classes, layers):
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(1, 1)(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.UpSampling2D(32)(x)
    for _ in range(layers):
        x = keras.layers.Activation("tanh")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))
"""
RECIPE = """
from keras_recipes import *

recipe = Recipe(
    data=Arrays("few.npz"),
    model=Call("wide.py:wide", layers=80),
    optimizer=Adam(),
    precision="float32",
    epochs=3,
    batch_size=8,
)
"""


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "wide.py").write_text(WIDE)
    images = np.random.default_rng(0).integers(0, 256, (90, 8, 8, 1), np.uint8)
    np.savez(  # few to validate and to test on, which would take most of the time
        tmp_path / "few.npz", images=images, labels=np.arange(90) % 2,
        test_images=images[:8], test_labels=np.arange(8) % 2,
    )  # fmt: skip
    path = tmp_path / "wide_recipe.py"
    path.write_text(RECIPE)
    return path


@pytest.fixture
def environment(root, tmp_path):
    cache = str(tmp_path / "cache")
    return {
        **os.environ, "PYTHONPATH": str(root), "KERAS_RECIPES_CACHE": cache, "COLUMNS": "120",
        "CUDA_VISIBLE_DEVICES": "-1",
    }  # fmt: skip


def find_batch(*arguments, environment, **how):
    command = [sys.executable, "-m", "keras_recipes", "find-batch", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **how
    )


def printed_commands(text):
    """Recipe and assignments of each command that is printed, in order."""
    for line in text.splitlines():
        words = shlex.split(line) if "keras-recipes run" in line else ()
        if words:
            yield words[2], words[4::2]


def train(recipe, batch_size, limit, environment, folder):
    """How a run of the batch size ends under a limit."""
    command = [sys.executable, "-m", "keras_recipes", "run", str(recipe), "--runs", str(folder)]
    command += ["--set", f"batch_size={batch_size}", "--set", "epochs=1"]
    with (folder / f"{batch_size}.txt").open("w+") as output:
        return run_limited(
            command, limit=parse_memory("limit", limit), environment=environment, output=output
        )


def test_what_is_found_trains_under_the_limit_and_the_next_does_not(recipe, environment, tmp_path):
    # What an image takes differs from machine to machine, so a run of 16 comes first: the limit is
    # somewhat above what it takes, and below what 8 images more do.
    trained = train(recipe, 16, "6GiB", environment, tmp_path)
    assert trained.code == 0, (tmp_path / "16.txt").read_text()
    limit = f"{round(trained.peak / 2**20 / 0.96) + 80}MiB"  # attempts end a little below it
    picture = tmp_path / "found.png"
    process = find_batch(
        recipe, "--memory-limit", limit, "--start", 16, "--most", 24, "--steps", 3,
        "--wanted", 64, "--out", picture, environment=environment,
    )  # fmt: skip
    printed, told = process.communicate()
    assert process.returncode == 0, told
    assert re.search(r"largest that fits +16 \(24 does not\)", printed), printed
    assert "16 again, for longer" in told
    assert "24: no: ended at" in told  # it was killed, and the search went on
    assert imread(picture).std() > 0.05
    assert list((tmp_path / "cache").iterdir()) == []
    assert train(recipe, 24, limit, environment, tmp_path).over_limit

    # Every --set that is printed loads; the wanted size is made up of batches that fit.
    commands = list(printed_commands(printed))
    assert len(commands) == 2
    for target, assignments in commands:
        assert load(target, assignments).recipe.batch_size <= 16
    wanted = load(*commands[1]).recipe
    assert wanted.batch_size * wanted.optimizer.accumulate == 64
    assert wanted.optimizer.learning_rate == pytest.approx(1e-3 * 64 / 8)
    assert re.search(rf"{commands[1][1][0][11:]} with gradients accumulated: \d+ images/s", told)
    roots = [each for each in printed.splitlines() if each.strip().startswith("--set optimizer.le")]
    assert len(roots) == 2  # Adam's, of both
    for line in roots:
        load(str(recipe), shlex.split(line)[1::2])


def children_of(parent):
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(each.parent.name))
    return found


@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_to_end_it_ends_the_attempt_and_leaves_nothing(by, code, recipe, environment, tmp_path):
    process = find_batch(
        recipe, "--out", tmp_path / "x.png", environment=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    end = time.monotonic() + 120
    while not (children := children_of(process.pid)):
        assert time.monotonic() < end
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.1)
    assert list((tmp_path / "cache").iterdir()) != []
    process.send_signal(by)
    _, told = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in told
    while any(Path(f"/proc/{each}").exists() for each in children):  # one just begun ends itself
        assert time.monotonic() < end
        time.sleep(0.1)
    assert list((tmp_path / "cache").iterdir()) == []
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("text", "count"), [("2GiB", 2**31), ("1.5 gib", 3 * 2**29), ("512MiB", 2**29), ("1GB", 10**9)]
)
def test_amounts_of_memory(text, count):
    assert parse_memory("--memory-limit", text) == count


@pytest.mark.parametrize("text", ["2", "GiB", "-1GiB", "0GiB", "2 apples", "1e9MiB", ""])
def test_what_is_no_amount_of_memory(text):
    with pytest.raises(RecipeError, match="--memory-limit must be a number with a unit"):
        parse_memory("--memory-limit", text)


def test_amounts_are_told():
    told = [format_memory(each) for each in (3000, 734 * 2**20, 5 * 2**29)]
    assert told == ["3 KiB", "734 MiB", "2.50 GiB"]


def test_signals_end_it_as_an_error_does_unless_they_are_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup may have begun the tests
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            with pytest.raises(SystemExit) as ended, ending_in_order():
                signal.raise_signal(number)
            assert ended.value.code == 128 + number
            assert signal.getsignal(number) == signal.SIG_DFL
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup has it
        with ending_in_order():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_a_residual_network_on_photographs(root, environment, tmp_path, real_data):
    """The same as above, on CIFAR-10 by recipes/cifar_resnet.py under 1.5 GiB; some ten minutes."""
    target, limit = str(root / "recipes" / "cifar_resnet.py"), "1536MiB"
    environment = {**environment, "TFDS_DATA_DIR": str(real_data / "tfds")}
    process = find_batch(
        target, "--memory-limit", limit, "--start", 64, "--steps", 4,
        "--out", tmp_path / "x.png", environment=environment,
    )  # fmt: skip
    printed, told = process.communicate()
    assert process.returncode == 0, told
    largest = int(re.search(r"largest that fits +(\d+) \((\d+) does not\)", printed)[1])
    for size, trains in ((largest, True), (2 * largest, False)):
        with (tmp_path / f"{size}.txt").open("w+") as output:
            ended = run_limited(
                [sys.executable, "-m", "keras_recipes", "run", target, "--runs",
                 str(tmp_path / "runs"), "--set", f"batch_size={size}", "--set", "epochs=2"],
                limit=parse_memory("limit", limit), environment=environment, output=output,
            )  # fmt: skip
        assert ended.over_limit is not trains, (size, ended)
