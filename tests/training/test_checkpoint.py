"""Checkpoints on disk: whole or known not to be, and what a run does with them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import keras
import numpy as np
import pytest
from whole_run import Observer, assert_same_bits, begin, complete, metrics_without_times

from keras_recipes import (
    SGD,
    Call,
    ConvNet,
    Cosine,
    Digits,
    MixUp,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
)
from keras_recipes.training import run
from keras_recipes.training.checkpoint import KEPT, Checkpoints
from keras_recipes.training.interrupt import Interrupted

EVERY_STEP = 1e-9
"""Minutes."""
RECIPE = Recipe(
    data=Digits(train_examples=400),
    model=ConvNet(blocks=1, convolutions=1, width=4, dropout=0.3),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.4)),
    optimizer=SGD(learning_rate=0.1, momentum=0.9, ema_momentum=0.9),
    schedule=Cosine(warmup_epochs=0.5),
    phases=(Phase(name="head", trainable="head", epochs=1), Phase(name="all", epochs=2)),
    batch_size=32,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return complete(RECIPE, tmp_path_factory.mktemp("whole"))[0]


@pytest.mark.parametrize("epoch", [0, 2], ids=["first-phase", "second-phase"])
def test_a_run_that_ended_within_an_epoch_ends_in_the_same_bits(tmp_path, whole, epoch):
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[Observer(epoch)],
                  checkpoint_minutes=EVERY_STEP)  # fmt: skip
    about = Checkpoints(broken.checkpoints).load().about
    assert (about["epochs"], about["step"]) == (epoch, 3)  # the fourth step was not kept
    keras.utils.clear_session()
    steps = Steps()
    run.train(RECIPE, dataset, broken, display=[steps])
    assert steps.seen[:2] == [(epoch, 3), (epoch, 4)]
    assert_same_bits(whole, broken)
    assert broken.read_run()["results"] == whole.read_run()["results"]


class Steps(Observer):
    """A display that notes the epoch and number of each step."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append((self._epoch, batch))


class Asks(Observer):
    """A display that asks for the end, as a scheduler does, in the validation of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self._asks_in = epoch

    def on_test_batch_begin(self, batch, logs=None):
        if self._epoch == self._asks_in:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("epoch", [1, 2], ids=["averaged", "last"])
def test_a_run_that_was_asked_to_end_in_a_validation_goes_on_with_it(tmp_path, whole, epoch):
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[Asks(epoch)])
    about = Checkpoints(broken.checkpoints).load().about
    assert (about["epochs"], about["step"]) == (epoch, 400 // 32)
    assert len(broken.read_metrics()) == epoch
    keras.utils.clear_session()
    steps = Steps()
    run.train(RECIPE, dataset, broken, display=[steps])
    assert all(each[0] > epoch for each in steps.seen)
    assert_same_bits(whole, broken)


def test_the_best_model_that_a_phase_begins_with_must_be_the_one_it_began_with(tmp_path):
    """The second phase's checkpoints are lost, and it has overwritten the best model."""
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[Observer(1)])
    first = [each for each in broken.checkpoints.glob("*.npz") if each.name.startswith("000")]
    for each in broken.checkpoints.glob("001*.npz"):
        each.unlink()
    assert len(first) == 1
    model = keras.models.load_model(broken.best_model)
    model.layers[-1].bias.assign(model.layers[-1].bias + 1.0)
    model.save(broken.best_model)
    keras.utils.clear_session()
    with pytest.raises(RecipeError, match="is not the one that the phase ended with"):
        run.train(RECIPE, dataset, broken)


def test_features_that_are_kept_go_on_within_an_epoch(tmp_path):
    recipe = replace(
        RECIPE, augment=(), epochs=2,
        phases=(Phase(name="head", trainable="head", keep_features=True),),
        optimizer=SGD(learning_rate=0.1, momentum=0.9),
    )  # fmt: skip
    unbroken, _ = complete(recipe, tmp_path)
    dataset, broken = begin(recipe, tmp_path)
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, broken, display=[Observer(1)], checkpoint_minutes=EVERY_STEP)
    keras.utils.clear_session()
    run.train(recipe, dataset, broken)
    assert_same_bits(unbroken, broken)


def test_what_keras_own_plateau_has_counted_goes_on(tmp_path):
    plateau = Call("keras.callbacks:ReduceLROnPlateau", monitor="val_nll", patience=2,
                   min_delta=10.0, factor=0.5)  # fmt: skip
    recipe = replace(
        RECIPE, augment=(), schedule=None, callbacks=(plateau,), epochs=4, phases=(Phase(),)
    )
    unbroken, _ = complete(recipe, tmp_path)
    rates = [each["learning_rate"] for each in unbroken.read_metrics()]
    assert rates[-1] == rates[0] / 2  # cut after the third epoch, the second that counted
    dataset, broken = begin(recipe, tmp_path)
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, broken, display=[Observer(2)])
    keras.utils.clear_session()
    run.train(recipe, dataset, broken)
    assert_same_bits(unbroken, broken)


@pytest.fixture
def saved(tmp_path):
    """(checkpoints, model) after three saves."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("adam", "mse")
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    for steps in (1, 2, 3):
        model.layers[0].bias.assign(np.full(3, float(steps)))
        checkpoints.save(0, steps, {"steps": steps}, model)
    return checkpoints, model


def test_the_last_two_are_kept(saved):
    checkpoints, model = saved
    assert len(list(checkpoints.folder.iterdir())) == KEPT == 2
    found = checkpoints.load()
    assert found.about == {"steps": 3}
    model.layers[0].bias.assign(np.zeros(3))
    found.restore_state(model)
    assert np.array(model.layers[0].bias).tolist() == [3.0] * 3


def test_a_checkpoint_that_was_cut_off_anywhere_is_known_and_the_one_before_used(saved, capsys):
    checkpoints, model = saved
    newest = max(checkpoints.folder.iterdir())
    whole = newest.read_bytes()
    places = sorted({0, 1, len(whole) - 1, *range(0, len(whole), max(1, len(whole) // 60))})
    for place in places:
        newest.write_bytes(whole[:place])
        assert checkpoints.load().about == {"steps": 2}, place
        assert f"{newest} is damaged" in capsys.readouterr().err
    newest.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])  # one bit
    assert checkpoints.load().about == {"steps": 2}
    # Going on from the second, what is damaged is not in the way.
    checkpoints.save(0, 3, {"steps": 3, "again": True}, model)
    assert checkpoints.load().about["again"]
    assert not list(checkpoints.folder.glob("*.damaged"))  # there are two again


def test_the_last_between_epochs_is_kept_where_it_is_gone_back_to(saved):
    _, model = saved
    checkpoints = Checkpoints(saved[0].folder.parent / "rewinding", keep_epoch=True)
    for steps, metrics in ((10, None), (11, {}), (12, {}), (13, {})):
        checkpoints.save(0, steps, {"steps": steps}, model, metrics=metrics)
    kept = sorted(each.name[4:20] for each in checkpoints.folder.iterdir())
    assert kept == ["0000000010-epoch", "0000000012-step-", "0000000013-step-"]
    assert checkpoints.load().about == {"steps": 13}
    assert checkpoints.load(kind="-epoch-").about == {"steps": 10}


def test_none_that_is_whole_is_told(saved):
    checkpoints, _ = saved
    for each in checkpoints.folder.iterdir():
        each.write_bytes(b"")
    with pytest.raises(RecipeError, match="holds no checkpoint that is whole"):
        checkpoints.load()


def test_a_run_goes_on_from_the_checkpoint_before_a_damaged_one(tmp_path, whole):
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[Observer(2)])
    newest = max(broken.checkpoints.glob("*.npz"))
    newest.write_bytes(newest.read_bytes()[:-100])
    keras.utils.clear_session()
    run.train(RECIPE, dataset, broken)
    assert metrics_without_times(broken) == metrics_without_times(whole)
    assert broken.read_run()["results"] == whole.read_run()["results"]


def test_a_full_disk_is_told_and_what_was_there_stays(saved):
    resource = pytest.importorskip("resource")  # not on Windows
    checkpoints, model = saved
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # as many bytes a file may have
    try:
        with pytest.raises(RecipeError, match="could not be written"):
            checkpoints.save(0, 4, {"steps": 4}, model)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert checkpoints.load().about == {"steps": 3}
    assert len(list(checkpoints.folder.iterdir())) == KEPT


FILE = """
from keras_recipes import *

recipe = Recipe(
    data=Digits(train_examples=400), model=ConvNet(blocks=1, convolutions=1, width=4, dropout=0.3),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.4)),
    optimizer=SGD(learning_rate=0.1, momentum=0.9), schedule=Cosine(warmup_epochs=1),
    epochs={epochs}, batch_size=32,
)
"""


def start(tmp_path, *more):
    return subprocess.Popen(
        [sys.executable, "-m", "keras_recipes", "run", *more], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip


def wait_for(condition, process):
    for _ in range(3000):
        if condition():
            return
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)
    process.kill()
    raise AssertionError("nothing came of it")


def runs_of(folder):
    return sorted(folder.glob("runs/*/run.json"))


def test_killed_and_asked_to_end_it_goes_on_to_the_same_bits(tmp_path):
    """SIGKILL within an epoch, a second process refused, SIGTERM, then to the end by RECIPE."""
    (tmp_path / "small.py").write_text(FILE.format(epochs=25))
    often = ("--checkpoint-minutes", "0.0005")
    unbroken = start(tmp_path, "small.py", "--runs", "whole")
    assert unbroken.wait() == 0
    (whole,) = tmp_path.glob("whole/*")

    process = start(tmp_path, "small.py", *often)
    wait_for(lambda: len(list(tmp_path.glob("runs/*/checkpoints/*.npz"))) == 2, process)
    (directory,) = tmp_path.glob("runs/*")
    second = start(tmp_path, "--resume", str(directory))
    assert second.wait() == 2
    assert "is in use: another process trains there" in second.communicate()[0]
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = Checkpoints(directory / "checkpoints").load()

    process = start(tmp_path, "small.py", "--resume", *often)
    newest = lambda: max(each.name for each in (directory / "checkpoints").glob("*.npz"))  # noqa: E731
    wait_for(lambda: newest() > kept.path.name, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM, process.communicate()[0]
    about = json.loads((directory / "run.json").read_text())
    assert about["state"] == "interrupted"

    process = start(tmp_path, "small.py", "--resume")
    told = process.communicate()[0]
    assert process.returncode == 0, told
    assert [each.name for each in tmp_path.glob("runs/*")] == [directory.name]
    assert without_times(directory) == without_times(whole)
    ends = [Checkpoints(each / "checkpoints").load() for each in (directory, whole)]
    for name, array in ends[0].arrays.items():
        assert np.array_equal(array, ends[1].arrays[name]), name
    best, other = (keras.models.load_model(each / "best.keras") for each in (directory, whole))
    for mine, theirs in zip(best.get_weights(), other.get_weights(), strict=True):
        assert np.array_equal(mine, theirs)

    again = start(tmp_path, "small.py", "--resume")
    assert "finds no unfinished run of small in runs" in again.communicate()[0]
    shutil.rmtree(tmp_path / "runs")


def without_times(path):
    records = [json.loads(each) for each in (path / "metrics.jsonl").read_text().splitlines()]
    return [{**each, "seconds": 0, "images_per_second": 0} for each in records]
