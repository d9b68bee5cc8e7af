"""What Keras's own tests ask of EarlyStopping and ModelCheckpoint, asked of BestCheckpoint.

The cases are those of `early_stopping_test.py` and `model_checkpoint_test.py` of Keras 3.15 in
words and code of our own. Left out: periodic saving (`save_freq`, `save_best_only=False`) and
formatted file names, since one file holds one model, which `test_wrong_arguments` refuses by name.
"""

import keras
import numpy as np
import pytest
from scripted_fit import assert_same_weights, drive, fit, make_model, weights_hold

from keras_recipes.callbacks import BestCheckpoint
from keras_recipes.errors import RecipeError

LOSSES = [10.0, 9.0, 8.0, 9.0, 8.9, 8.8, 8.7, 8.6, 8.5]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "best.keras"


# EarlyStopping


@pytest.mark.parametrize(
    ("mode", "monitor", "resolved"),
    [
        ("max", "val_mse", "max"),
        ("min", "val_loss", "min"),
        (None, "val_mse", "min"),
        (None, "loss", "min"),
        (None, "acc", "max"),
        (None, "val_accuracy", "max"),
        (None, "f1_score", "max"),
        (None, "val_auc", "max"),
    ],
)
def test_the_mode_is_inferred(path, mode, monitor, resolved):
    assert BestCheckpoint(path, monitor, mode=mode).mode == resolved


def test_a_mode_that_only_the_compiled_metrics_would_tell_is_asked_for(path):
    """Keras finds `hinge` among the model's metrics; a name that tells nothing is a doubt here."""
    with pytest.raises(RecipeError, match="mode must be given for 'hinge'"):
        BestCheckpoint(path, "hinge")


def test_an_unknown_monitor_is_an_error(path):
    with pytest.raises(RecipeError, match="'unknown'"):
        fit(make_model(), BestCheckpoint(path, "unknown", mode="min"), epochs=1)


@pytest.mark.parametrize("patience", [1, 2, 3])
def test_patience_counts_from_the_last_improvement(path, patience):
    best = BestCheckpoint(path, "loss", patience=patience)
    drive(best, LOSSES, "loss")
    assert best.stopped_epoch == patience + 2


def test_a_patience_of_0_is_that_of_1_by_its_own_name(path):
    with pytest.raises(RecipeError, match="patience .* got 0. Use 1 to stop at the first epoch"):
        BestCheckpoint(path, patience=0)


def test_reuse_begins_afresh(path):
    best = BestCheckpoint(path, "loss", patience=3)
    drive(best, [0.1, 0.2, 0.3, 0.4], "loss")
    assert best.stopped_epoch == 3
    best.on_train_begin()
    assert (best.best, best.best_epoch, best.stopped_epoch, best.wait) == (None, None, None, 0)
    model, epochs = drive(best, [5.0, 4.0, 3.0, 2.0, 1.0], "loss")
    assert (epochs, best.best_epoch, best.stopped_epoch) == (5, 4, None)
    assert weights_hold(model, 4)


def test_reuse_in_two_real_fits(path):
    best = BestCheckpoint(path, "loss", patience=3)
    model = make_model("sequential")
    first = fit(model, best, epochs=5)
    second = fit(model, best, epochs=5)
    assert min(len(first.epoch), len(second.epoch)) >= 4
    assert best.best == min(second.history["loss"])


def test_the_best_weights_come_back_after_stopping(path):
    best = BestCheckpoint(path, patience=2)
    model, epochs = drive(best, [0.2, 0.15, 0.1, 0.11, 0.12, 0.13])
    assert (epochs, best.best_epoch) == (5, 2)
    assert weights_hold(model, 2)


def test_the_last_epoch_can_be_the_best(path):
    model, _ = drive(BestCheckpoint(path, patience=2), [0.3, 0.2, 0.1])
    assert weights_hold(model, 2)
    assert weights_hold(keras.models.load_model(path), 2)


def test_a_baseline_that_is_beaten_leaves_patience_as_it_was(path):
    best = BestCheckpoint(path, patience=2, baseline=0.5)
    _, epochs = drive(best, [0.6, 0.4, 0.45, 0.3, 0.35, 0.36])
    assert (epochs, best.best_epoch, best.stopped_epoch) == (6, 3, 5)


def test_a_baseline_that_nothing_beats_ends_training_with_the_best_all_the_same(path):
    best = BestCheckpoint(path, patience=5, baseline=0.5)
    model, epochs = drive(best, [0.9, 0.8, 0.7, 0.71, 0.72, 0.73])
    assert (epochs, best.best_epoch, best.stopped_epoch) == (5, 2, 4)
    assert weights_hold(model, 2)
    assert weights_hold(keras.models.load_model(path), 2)


def test_the_best_weights_come_back_when_another_callback_stops(path):
    class StopAtThree(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = [0.9, 0.8, 0.7, 0.71][epoch]
            self.model.stop_training = epoch == 3

    best, model = BestCheckpoint(path, patience=5, baseline=0.5), make_model()
    assert fit(model, StopAtThree(), best, epochs=9).epoch == [0, 1, 2, 3]
    assert best.best_epoch == 2
    assert_same_weights(keras.models.load_model(path), model)


@pytest.mark.parametrize("patience", [1, 3])
def test_patience_begins_with_start_from_epoch(path, patience):
    best = BestCheckpoint(path, "loss", patience=patience, start_from_epoch=2)
    _, epochs = drive(best, [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "loss")
    assert epochs == 2 + 1 + patience
    assert best.best == 2.0


def test_training_that_ends_before_start_from_epoch_is_told_before_it_begins(path):
    with pytest.raises(RecipeError, match="start_from_epoch must be below the number of epochs"):
        fit(make_model(), BestCheckpoint(path, "loss", start_from_epoch=3), epochs=3)


def test_min_delta_goes_the_way_of_the_mode(path):
    for mode, values in (("min", [1.0, 0.9, 0.8]), ("max", [1.0, 1.1, 1.2])):
        best = BestCheckpoint(path, "val_score", mode=mode, min_delta=0.15)
        drive(best, values, "val_score")
        assert best.best_epoch == 2


# ModelCheckpoint


@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_file_is_written(tmp_path, ending):
    path = tmp_path / f"best{ending}"
    model = make_model()
    fit(model, BestCheckpoint(path, "loss"), epochs=1)
    other = make_model()
    other.load_weights(path)
    assert_same_weights(other, model)


def test_a_worse_epoch_does_not_overwrite_the_file(path):
    saved = []

    class Watch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            saved.append(path.stat().st_mtime_ns if path.exists() else None)
            logs["val_auc"] = [0.5, 0.7, 0.6, 0.8][epoch]

    fit(make_model(), Watch(), BestCheckpoint(path, "val_auc"), epochs=4)
    assert saved[0] is None
    assert saved[1] < saved[2] == saved[3]


@pytest.mark.parametrize(
    ("monitor", "threshold", "values", "best_epoch"),
    [
        ("val_acc", 0.9, [0.5, 0.7, 0.6], None),
        ("val_acc", 0.6, [0.5, 0.7, 0.65], 1),
        ("val_loss", 0.5, [0.9, 0.8, 0.7], None),
        ("val_loss", 0.75, [0.9, 0.8, 0.7], 2),
        ("val_loss", 0.5, [float("nan"), 0.5, 0.6], None),
    ],
)
def test_nothing_worse_than_the_initial_threshold_is_kept(
    path, monitor, threshold, values, best_epoch
):
    best = BestCheckpoint(path, monitor, initial_value_threshold=threshold)
    model, _ = drive(best, values, monitor)
    assert best.best_epoch == best_epoch
    assert path.exists() is (best_epoch is not None)
    assert weights_hold(model, 2 if best_epoch is None else best_epoch)


def test_the_loaded_model_goes_on_training(path):
    """Compiled anew: the file is plain."""
    model = make_model()
    fit(model, BestCheckpoint(path, "loss"), epochs=2)
    loaded = keras.models.load_model(path)
    loaded.compile("sgd", loss="mse")
    assert np.isfinite(fit(loaded, epochs=1).history["loss"][0])


# Beyond what Keras tests, where its callbacks go wrong


def test_nan_in_the_first_epoch_does_not_become_the_best_for_ever(path):
    values = [float("nan"), 2.0, 1.0]
    best = BestCheckpoint(path)
    model, _ = drive(best, values)
    assert weights_hold(model, 2)


def test_terminate_on_nan_leaves_the_best_before_it(path):
    """The loss turns NaN in a step of epoch 2, which Keras's TerminateOnNaN ends on the spot."""

    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.kept = self.model.get_weights()
                self.model.set_weights([weight * np.nan for weight in self.kept])

    model, best = make_model("sequential"), BestCheckpoint(path, "loss")
    fit(model, Poison(), keras.callbacks.TerminateOnNaN(), best, epochs=5)
    assert best.best_epoch in (0, 1)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert_same_weights(keras.models.load_model(path), model)


class RaiseAt(keras.callbacks.Callback):
    """Raises in a step of an epoch, as Ctrl-C does, or a data pipeline, or the device."""

    def __init__(self, error, epoch=2):
        super().__init__()
        self.error, self.epoch = error, epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch:
            raise self.error

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = [1.0, 2.0, 3.0][epoch]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, MemoryError])
def test_an_error_in_fit_leaves_the_best_on_disk_and_in_the_model(path, error):
    model = make_model()
    with pytest.raises(error), BestCheckpoint(path) as best:
        fit(model, RaiseAt(error()), best, epochs=3)
    assert best.best_epoch == 0
    assert_same_weights(keras.models.load_model(path), model)


def test_without_a_with_statement_the_best_is_on_disk(path):
    model, best = make_model(), BestCheckpoint(path)
    with pytest.raises(KeyboardInterrupt):
        fit(model, RaiseAt(KeyboardInterrupt()), best, epochs=3)
    saved = keras.models.load_model(path)
    assert (saved.get_weights()[0] != model.get_weights()[0]).any()
    best.on_train_end()
    assert_same_weights(saved, model)


def test_an_error_before_any_epoch_changes_nothing(path):
    model = make_model()
    with pytest.raises(ValueError), BestCheckpoint(path) as best:  # noqa: PT011
        fit(model, RaiseAt(ValueError(), epoch=0), best)
    assert (best.best_epoch, path.exists()) == (None, False)


def test_a_with_statement_around_a_whole_fit_adds_nothing(path):
    model = make_model()
    with BestCheckpoint(path, "loss") as best:
        fit(model, best)
        expected = [weight + 1 for weight in model.get_weights()]
        model.set_weights(expected)
    for held, wanted in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(held, wanted)
