"""`resumable_fit` in scripts of one's own: the same bits after it was ended at any place."""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes import RecipeError
from keras_recipes.callbacks import BestCheckpoint
from keras_recipes.data import KeyedBatches
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.resumable_fit import resumable_fit

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 6)).astype("float32")
Y = RNG.integers(0, 3, 100)  # class ids: another shape than the model's outputs
EPOCHS, STEPS = 4, 10


def small_model(**settings):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(3),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.01, **settings),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


class EndsAt(keras.callbacks.Callback):
    """Asks for the end by a signal, after a step or in the validation of an epoch."""

    def __init__(self, epoch, step, number=signal.SIGTERM):
        super().__init__()
        self._at, self._number = (epoch, step), number

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self._epoch, batch) == self._at:
            os.kill(os.getpid(), self._number)

    def on_test_batch_end(self, batch, logs=None):
        if (self._epoch, "validation") == self._at:
            os.kill(os.getpid(), self._number)

    def get_state(self):
        return {}

    def set_state(self, state):
        pass


def callbacks(folder):
    """Those that count, and one that halves the rate."""
    return [
        keras.callbacks.EarlyStopping("val_loss", patience=3, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint(folder / "checkpoint.keras", "val_loss",
                                        save_best_only=True),
        keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, min_delta=10.0),
        BestCheckpoint(folder / "best.keras", "val_loss", restore_best=False),
    ]  # fmt: skip


def train(folder, *, end=None, stream=None, model=None, more=(), **settings):
    """(model, history) of a training in a folder."""
    model = small_model() if model is None else model
    ends = [EndsAt(*end)] if end else [EndsAt(None, None)]
    stream = KeyedBatches(X, Y, batch_size=10, seed=3) if stream is None else stream
    settings = {"validation_data": (X[:40], Y[:40]), "verbose": 0, **settings}
    history = resumable_fit(
        model, stream, directory=folder / "training", epochs=EPOCHS,
        callbacks=[*ends, *(more or callbacks(folder))], **settings,
    )  # fmt: skip
    return model, history


def assert_same(one, other):
    """Weights, optimizer and history of two trainings."""
    (model, history), (other_model, other_history) = one, other
    assert history.history == other_history.history
    for mine, theirs in (
        (model.get_weights(), other_model.get_weights()),
        (model.optimizer.variables, other_model.optimizer.variables),
    ):
        for a, b in zip(mine, theirs, strict=True):
            assert np.array_equal(np.array(a), np.array(b))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return train(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("end", [(1, 4), (1, 9), (3, "validation")])
def test_a_training_that_was_asked_to_end_goes_on_to_the_same_bits(tmp_path, whole, end):
    with pytest.raises(SystemExit) as ended:
        train(tmp_path, end=end)
    assert ended.value.code == 128 + signal.SIGTERM
    assert_same(train(tmp_path), whole)
    again, history = train(tmp_path)  # there is nothing left to do
    assert history.history == whole[1].history
    assert np.array_equal(again.get_weights()[0], whole[0].get_weights()[0])


def test_ctrl_c_is_keyboard_interrupt(tmp_path):
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background
    try:
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path, end=(1, 4, signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, previous)
    assert Checkpoints(tmp_path / "training/checkpoints").load().about["step"] == 5


def test_keras_own_average_is_not_taken_for_the_weights_half_way(tmp_path):
    """`use_ema` overwrites the weights as `fit` ends, also one of what is left of an epoch."""
    settings = {"use_ema": True, "ema_momentum": 0.5}
    unbroken = train(tmp_path / "a", model=small_model(**settings))
    with pytest.raises(SystemExit):
        train(tmp_path / "b", end=(1, 4), model=small_model(**settings))
    assert_same(train(tmp_path / "b", model=small_model(**settings)), unbroken)


def test_a_seeded_pipeline_of_ones_own_goes_on_to_the_same_bits(tmp_path, capsys):
    def pipeline():
        tf.random.set_seed(0)  # as a process of its own begins with
        data = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(50, seed=4)
        return data.batch(10, drop_remainder=True)

    unbroken = train(tmp_path / "a", stream=pipeline())
    orders = unbroken[1].history["loss"]
    assert len(set(orders)) == EPOCHS
    with pytest.raises(SystemExit):
        train(tmp_path / "b", stream=pipeline(), end=(1, 4))
    assert_same(train(tmp_path / "b", stream=pipeline()), unbroken)
    with pytest.raises(SystemExit):
        train(tmp_path / "c", stream=pipeline(), end=(1, 4))
    other = train(tmp_path / "c", stream=pipeline(), replay=False)
    assert other[1].history["loss"][0] == orders[0]
    assert other[1].history["loss"] != orders
    assert "the same batches again" not in capsys.readouterr().err


def test_a_pipeline_that_is_another_each_time_is_told(tmp_path, capsys):
    data = tf.data.Dataset.from_tensor_slices((X, Y))
    with pytest.raises(SystemExit):
        train(tmp_path, stream=data.shuffle(100).batch(10), end=(1, 4))
    assert not capsys.readouterr().err.count("same batches again")
    tf.random.set_seed(int(time.time()))  # another process would have another
    train(tmp_path, stream=data.shuffle(100).batch(10))
    assert "doesn't give the same batches again" in capsys.readouterr().err


class Counts(keras.callbacks.Callback):
    """Has something to lose."""


def test_a_callback_that_does_not_tell_what_it_counted_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        train(tmp_path, end=(1, 4), more=[Counts()])
    train(tmp_path, more=[Counts()])
    assert "what Counts may have counted is lost" in capsys.readouterr().err


def test_longer_than_at_first(tmp_path, whole):
    stream = KeyedBatches(X, Y, batch_size=10, seed=3)
    for epochs in (2, EPOCHS):
        model = small_model()
        history = resumable_fit(
            model, stream, directory=tmp_path / "training", epochs=epochs, verbose=0,
            validation_data=(X[:40], Y[:40]), callbacks=[EndsAt(None, None), *callbacks(tmp_path)],
        )  # fmt: skip
    assert_same((model, history), whole)


def test_mistakes(tmp_path):
    stream = KeyedBatches(X, Y, batch_size=10)
    call = lambda model, stream, **more: resumable_fit(  # noqa: E731
        model, stream, **{"directory": tmp_path, "epochs": 1, "verbose": 0, **more}
    )
    bare = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    for model, data, more, told in (
        (bare, stream, {}, "resumable_fit.model must be compiled"),
        (small_model(), lambda a, b: None, {}, "steps_per_epoch must be given"),
        (small_model(), (X, Y), {"steps_per_epoch": 3}, "stream must be a function"),
        (small_model(), tf.data.Dataset.range(3), {"steps_per_epoch": 4}, "there are 3 batches"),
        (small_model(), stream, {"callbacks": [backup]}, "is BackupAndRestore, whose work"),
        (small_model(), stream, {"epochs": 0}, "resumable_fit.epochs must be"),
    ):
        with pytest.raises(RecipeError, match=told):
            call(model, data, **more)
    call(small_model(), stream)
    with pytest.raises(RecipeError, match="holds a training with 10 steps an epoch; got 5"):
        call(small_model(), KeyedBatches(X, Y, batch_size=20))
    other = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3)])
    other.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.raises(RecipeError, match="the state of another model or optimizer"):
        call(other, stream)


SCRIPT = """
import sys, json
sys.path.insert(0, {tests!r})
from test_resumable_fit import *
stream = KeyedBatches(X, Y, batch_size=10, seed=3)
model = small_model()
class Slow(EndsAt):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.02)
history = resumable_fit(
    model, stream, directory="training", epochs=EPOCHS, validation_data=(X[:40], Y[:40]),
    callbacks=[Slow(None, None), *callbacks(Path("."))], verbose=0, checkpoint_minutes=0.0005,
)
json.dump([history.history, float(sum(abs(w).sum() for w in model.get_weights()))],
          open("result.json", "w"))
"""


def test_killed_it_goes_on_to_the_same_bits(tmp_path, whole):
    script = tmp_path / "script.py"
    script.write_text("from pathlib import Path\n" + SCRIPT.format(tests=os.path.dirname(__file__)))
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    kept = lambda: {each.name for each in tmp_path.glob("training/checkpoints/*.npz")}  # noqa: E731
    for _ in range(2):
        before = kept()
        process = subprocess.Popen([sys.executable, script], cwd=tmp_path, env=environment)
        while len(kept() - before) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, check=True)
    history, weights = json.loads((tmp_path / "result.json").read_text())
    assert history == whole[1].history
    assert weights == float(sum(abs(each).sum() for each in whole[0].get_weights()))
