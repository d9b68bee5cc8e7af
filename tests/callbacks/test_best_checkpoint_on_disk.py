"""What BestCheckpoint promises of its file: real kills, a real limit on what can be written."""

import contextlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from scripted_fit import drive, make_model, weights_hold

from keras_recipes.atomic_file import try_writing
from keras_recipes.callbacks import BestCheckpoint
from keras_recipes.errors import RecipeError

KILLED_IN_THE_SECOND_SAVE = """
import os, signal, sys, zipfile
import h5py
from scripted_fit import drive
from keras_recipes.callbacks import BestCheckpoint

class KillAtTwo(BestCheckpoint):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:  # the next save does not come to its end
            kill = lambda *given, **named: os.kill(os.getpid(), signal.SIGKILL)
            if sys.argv[2] == "write":
                zipfile.ZipFile.close = kill
            else:
                os.replace = kill
        super().on_epoch_end(epoch, logs)

drive(KillAtTwo(sys.argv[1]), [2.0, 1.0])
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "best.keras"


def test_a_process_killed_while_it_saves_leaves_the_best_before(tmp_path):
    """Once in the middle of the file, once between its end and the rename; both at a time."""
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here.parents[1]), str(here)])}
    moments = ("write", "rename")
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                KILLED_IN_THE_SECOND_SAVE,
                str(tmp_path / f"{each}.keras"),
                each,
            ],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        for each in moments
    ]
    for process, moment in zip(processes, moments, strict=True):
        errors = process.communicate(timeout=300)[1]
        assert process.returncode == -9, errors
        path = tmp_path / f"{moment}.keras"
        # It was in the middle of it: what it had written lies beside.
        assert (tmp_path / f".partial-{moment}.keras").stat().st_size > 0
        assert weights_hold(keras.models.load_model(path), 0)
        drive(BestCheckpoint(path), [1.0])  # and does not stand in the way of the next run
    assert sorted(os.listdir(tmp_path)) == ["rename.keras", "write.keras"]


@contextlib.contextmanager
def no_file_above(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_full_disk_is_told_and_leaves_the_best_before(tmp_path, ending):
    path = tmp_path / f"best{ending}"
    best, model = BestCheckpoint(path), make_model()
    drive(best, [1.0], model=model, end=False)
    before = path.read_bytes()
    model.set_weights([np.full_like(weight, 7) for weight in model.get_weights()])
    message = r"filepath could not be written: .*best.* \(.*\)\. What it held before is kept"
    with no_file_above(len(before) // 2), pytest.raises(RecipeError, match=message):
        best.on_epoch_end(1, {"val_loss": 0.5})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]
    assert best.best_epoch == 0
    with best:  # fit has been left by that error
        pass
    assert weights_hold(model, 0)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_a_folder_that_takes_no_files_is_told_before_training():
    """/proc, where not even root may write."""
    best = BestCheckpoint("/proc/best.keras")
    best.set_model(make_model())
    with pytest.raises(RecipeError, match="BestCheckpoint.filepath must lie where files can be"):
        best.on_train_begin()


def test_trying_leaves_nothing(path):
    path.write_text("old")
    try_writing(path)
    assert os.listdir(path.parent) == [path.name]
    assert path.read_text() == "old"
