"""The commands as a user runs them: real processes, real digits, a real Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from matplotlib.image import imread

RECIPE = "recipes/cifar_resnet.py"
SHORT = ["--set", "epochs=2", "--set", "model.depth=8", "--set", "model.width=4"]


@pytest.fixture
def offline(tmp_path):
    """No data prepared, and a proxy at a port that nothing listens on."""
    refused = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return {**os.environ, **refused, "TFDS_DATA_DIR": str(tmp_path / "none"), "COLUMNS": "120"}


def run(*arguments, root, environment):
    return subprocess.run(
        [sys.executable, "-m", "keras_recipes", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=root,
        env=environment,
    )


def only_run(folder):
    (directory,) = folder.iterdir()
    return directory, json.loads((directory / "run.json").read_text())


def test_without_data_the_stand_in_runs_and_says_so(root, offline, tmp_path):
    done = run("run", RECIPE, *SHORT, "--runs", tmp_path / "runs", root=root, environment=offline)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("stand-in data") == 2
    assert done.stdout.index("stand-in data") < done.stdout.index("epoch 1/2")
    assert "test accuracy" in done.stdout
    directory, about = only_run(tmp_path / "runs")
    assert "no network" in about["stands_in_for"]
    assert about["data"]["name"] == "digits"
    assert (directory / "best.keras").is_file()
    assert "stand-in" in (directory / "report.html").read_text()


def test_the_stand_in_can_be_refused(root, offline, tmp_path):
    began = time.monotonic()
    done = run(
        "run", RECIPE, "--no-stand-in", "--runs", tmp_path / "runs", root=root, environment=offline
    )
    assert done.returncode == 2
    assert "TFDS_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began < 5
    assert not (tmp_path / "runs").exists()


def test_augment_takes_no_stand_in_unasked_and_draws_it_when_asked(root, offline, tmp_path):
    out = tmp_path / "grid.png"
    done = run("augment", RECIPE, "--out", out, root=root, environment=offline)
    assert done.returncode == 2
    assert f"Or draw the stand-in: {RECIPE}:digits." in done.stderr
    changed = ["--set", "augment=(PaddedCrop(2, mode='constant'), MixUp(0.4))"]
    done = run(
        "augment", f"{RECIPE}:digits", *changed, "--images", 3, "--times", 4, "--out", out,
        root=root, environment=offline,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    picture = imread(out)
    height, width = picture.shape[:2]
    assert width > height  # five columns, three rows
    columns = np.split(picture[..., 0], [width // 5], axis=1)
    assert all(part.std() > 0.1 for part in columns)


def test_noise_scale_says_what_batch_sizes_cost_and_draws_it(root, offline, tmp_path):
    out = tmp_path / "noise.png"
    done = run(
        "noise-scale", "recipes/digits_mlp.py", "--epochs", 3, "--measurements", 12, "--set",
        "precision=float32", "--out", out, root=root, environment=offline,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "epoch  3/40" in done.stdout
    assert "epoch  4/40" not in done.stdout
    for name in ("early", "late", "average", "critical batch size", "in use", "suggested"):
        assert name in done.stdout
    again = "keras-recipes run recipes/digits_mlp.py --set precision=float32 --set batch_size="
    assert again in done.stdout
    assert imread(out)[..., :3].std() > 0.05


def wait_for(process, text, log):
    for line in process.stdout:
        log.append(line)
        if text in line:
            return
    raise AssertionError(f"ended without {text!r}:\n{''.join(log)}")


def listen_to_ctrl_c():
    """What runs in the background, as these tests may, ignores it, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_keeps_what_there_is_and_resume_goes_on(root, offline, tmp_path):
    arguments = ["run", f"{RECIPE}:digits", *SHORT, "--set", "epochs=15", "--runs"]
    process = subprocess.Popen(
        [sys.executable, "-m", "keras_recipes", *arguments, str(tmp_path / "runs")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root,
        env={**offline, "PYTHONUNBUFFERED": "1"},
        preexec_fn=listen_to_ctrl_c,
    )  # fmt: skip
    log = []
    wait_for(process, "epoch  2/15", log)
    process.send_signal(signal.SIGINT)
    log += process.stdout.readlines()
    assert process.wait() == 130, "".join(log)
    directory, about = only_run(tmp_path / "runs")
    done = len((directory / "metrics.jsonl").read_text().splitlines())
    assert about["state"] == "interrupted"
    assert 2 <= done < 15
    assert "Traceback" not in "".join(log)
    assert f"run --resume {directory}" in "".join(log).replace("\n", " ")

    resumed = run("run", "--resume", directory, root=root, environment=offline)
    assert resumed.returncode == 0, resumed.stderr
    assert f"epoch {done + 1:>2}/15" in resumed.stdout
    assert f"epoch {done:>2}/15" not in resumed.stdout
    records = [json.loads(each) for each in (directory / "metrics.jsonl").read_text().splitlines()]
    assert [each["epoch"] for each in records] == list(range(1, 16))
    again = run("run", "--resume", directory, root=root, environment=offline)
    assert again.returncode == 2
    assert "nothing left to do" in again.stderr
