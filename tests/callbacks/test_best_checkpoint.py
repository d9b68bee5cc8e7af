"""BestCheckpoint on real models: scripted epochs for its rules, real fits for its effects."""

import json
import random

import keras
import numpy as np
import pytest
from scripted_fit import assert_same_weights, drive, fit, make_model, weights_hold

from keras_recipes.callbacks import BestCheckpoint
from keras_recipes.errors import RecipeError

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "folder" / "best.keras"


# Which epoch is the best


@pytest.mark.parametrize(
    ("name", "mode", "values", "best_epoch"),
    [
        ("val_loss", None, [3.0, 1.0, 2.0], 1),
        ("val_loss", None, [1.0, 1.0, 1.0], 0),  # equal is no improvement
        ("val_accuracy", None, [0.1, 0.9, 0.5], 1),
        ("val_loss", "max", [3.0, 4.0, 2.0], 1),  # a mode given outweighs the name
        ("val_score", "min", [3.0, 1.0, 2.0], 1),
        ("val_loss", None, [NAN, 2.0, 1.0, NAN], 2),
        ("val_loss", None, [INF, 2.0, -INF], 1),
        ("val_accuracy", None, [INF, 0.2, NAN], 1),
        ("val_loss", None, [-1.0, -2.0, -1.5], 1),
        ("val_loss", None, [np.float32(2), np.array(1.0), np.array([3.0])], 1),
    ],
)
def test_the_best_epoch_is_saved_and_restored(path, name, mode, values, best_epoch):
    best = BestCheckpoint(path, name, mode=mode)
    model, epochs = drive(best, values, name)
    assert epochs == len(values)
    assert (best.best_epoch, best.stopped_epoch) == (best_epoch, None)
    assert best.best == float(np.squeeze(values[best_epoch]))
    assert weights_hold(model, best_epoch)
    assert weights_hold(keras.models.load_model(path), best_epoch)


@pytest.mark.parametrize(("name", "sign"), [("val_loss", 1), ("val_accuracy", -1)])
def test_min_delta_must_be_exceeded(path, name, sign):
    """Steps of a quarter and then a half, exact in binary."""
    values = [sign * value for value in (4.0, 3.75, 3.5, 3.25)]
    best = BestCheckpoint(path, name, min_delta=0.25)
    drive(best, values[:2], name)
    assert best.best_epoch == 0
    drive(best, values, name)
    # 3.5 beats 4.0, the best saved so far, by more; 3.25 does not beat 3.5.
    assert (best.best_epoch, best.best) == (2, sign * 3.5)


def test_only_nan_saves_and_restores_nothing(path):
    best = BestCheckpoint(path)
    model, _ = drive(best, [NAN, NAN])
    assert (best.best, best.best_epoch) == (None, None)
    assert not path.exists()
    assert weights_hold(model, 1)


# Stopping


@pytest.mark.parametrize(
    ("patience", "values", "stopped"),
    [
        (1, [3.0, 2.0, 2.5, 1.0], 2),
        (2, [3.0, 2.0, 2.5, 1.0, 1.5, 1.6], 5),
        (3, [3.0, 2.0, 2.5, 2.6, 1.0], None),
        (None, [1.0] + [2.0] * 30, None),
        (1, [NAN, 1.0], 0),
        (2, [NAN, NAN, 1.0], 1),
        (2, [1.0, NAN, 2.0, 0.5], 2),
        (2, [NAN, 1.0, NAN, 0.5, NAN], None),
    ],
)
def test_patience(path, patience, values, stopped):
    best = BestCheckpoint(path, patience=patience)
    model, epochs = drive(best, values)
    assert best.stopped_epoch == stopped
    assert epochs == (len(values) if stopped is None else stopped + 1)
    assert model.stop_training is (stopped is not None)


def test_epochs_before_start_from_epoch_count_for_nothing(path):
    best = BestCheckpoint(path, patience=2, start_from_epoch=3)
    _, epochs = drive(best, [0.1, 0.2, 0.3, 5.0, 6.0, 7.0, 8.0])
    assert (best.best_epoch, best.best) == (3, 5.0)
    assert (best.stopped_epoch, epochs) == (5, 6)


def test_restores_the_best_when_another_callback_stops(path):
    class StopAtTwo(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = [1.0, 0.5, 0.75][epoch]
            self.model.stop_training = epoch == 2

    model, best = make_model(), BestCheckpoint(path, patience=5)
    history = fit(model, StopAtTwo(), best, epochs=9)
    assert history.epoch == [0, 1, 2]
    assert (best.best_epoch, best.stopped_epoch) == (1, None)
    assert_same_weights(keras.models.load_model(path), model)


def test_stops_a_real_fit(path):
    """A rate of 0 leaves the loss as it is: one improvement, then none."""
    best = BestCheckpoint(path, "loss", patience=2)
    model = make_model("sequential", keras.optimizers.SGD(0.0))
    assert fit(model, best, epochs=9, batch_size=8).epoch == [0, 1, 2]
    assert (best.best_epoch, best.stopped_epoch) == (0, 2)


def test_can_be_used_again(path):
    best = BestCheckpoint(path, patience=1)
    drive(best, [0.1, 0.2])
    model, epochs = drive(best, [5.0, 4.0, 4.5])
    assert (best.best, best.best_epoch, best.stopped_epoch, epochs) == (4.0, 1, 2, 3)
    assert weights_hold(model, 1)
    assert weights_hold(keras.models.load_model(path), 1)


# What is saved


@pytest.mark.parametrize("kind", ["functional", "sequential"])
def test_the_file_is_plain_and_predicts_the_same(path, kind):
    model = make_model(kind)
    fit(model, BestCheckpoint(path, "loss"), epochs=2)
    loaded = keras.models.load_model(path)
    assert not loaded.compiled
    assert loaded.name == "mine"
    x = np.random.default_rng(3).random((5, 3), "float32")
    np.testing.assert_array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))


def test_a_custom_loss_optimizer_and_model_class_are_not_needed_to_load(path):
    class OwnModel(keras.Model):
        pass

    inputs = keras.Input((3,))
    model = OwnModel(inputs, keras.layers.Dense(1)(inputs))
    model.compile(type("OwnSGD", (keras.optimizers.SGD,), {})(), loss=lambda y, p: (y - p) ** 2)
    fit(model, BestCheckpoint(path, "loss"), epochs=1)
    assert type(keras.models.load_model(path)) is type(keras.Model(inputs, model.output))


@pytest.mark.parametrize("kind", ["functional", "sequential", "subclassed"])
def test_weights_files(tmp_path, kind):
    path = tmp_path / "best.weights.h5"
    best = BestCheckpoint(path)
    model, _ = drive(best, [3.0, 1.0, 2.0], model=make_model(kind))
    assert weights_hold(model, 1)
    other = make_model(kind)
    other.load_weights(path)
    assert weights_hold(other, 1)


def test_a_subclassed_model_cannot_be_saved_whole(path):
    with pytest.raises(RecipeError, match=r"filepath must end in .weights.h5 for a Subclassed"):
        fit(make_model("subclassed"), BestCheckpoint(path, "loss"))


def test_nested_inputs_and_outputs_keep_their_structure(path):
    inputs = {"a": keras.Input((2,), name="a"), "b": keras.Input((2,), name="b")}
    outputs = {"sum": keras.layers.Add()([inputs["a"], inputs["b"]])}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss="mse")
    drive(BestCheckpoint(path), [1.0], model=model)
    one = np.ones((1, 2), "float32")
    assert keras.models.load_model(path)({"a": one, "b": one})["sum"].shape == (1, 2)


def test_saving_leaves_training_as_it_was(path):
    """Dropout, Adam and traces: the same weights to the bit, with and without the callback."""
    traces = []

    class Counted(keras.layers.Layer):
        def call(self, inputs):
            traces.append(1)
            return inputs

    def train(*callbacks):
        traces.clear()
        keras.utils.set_random_seed(1)
        inputs = keras.Input((3,))
        hidden = keras.layers.Dropout(0.5)(Counted()(keras.layers.Dense(8)(inputs)))
        model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
        model.compile("adam", loss="mse")
        fit(model, *callbacks)
        variables = [*model.variables, *model.optimizer.variables]
        values = [keras.ops.convert_to_numpy(variable) for variable in variables]
        # Python's generator seeds every layer that is built later.
        return values, len(traces), model.compiled, random.random()

    class EverBetter(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = -epoch

    best = BestCheckpoint(path, restore_best=False)
    watched, plain = train(EverBetter(), best), train(EverBetter())
    assert best.best_epoch == 2
    for one, other in zip(watched[0], plain[0], strict=True):
        np.testing.assert_array_equal(one, other)
    assert watched[1:] == plain[1:]
    assert plain[1] > 0


# What ends up in the model


def test_restore_best_off_leaves_the_last_weights_and_saves_the_best(path):
    model, _ = drive(BestCheckpoint(path, restore_best=False), [1.0, 2.0, 3.0])
    assert weights_hold(model, 2)
    assert weights_hold(keras.models.load_model(path), 0)


def test_a_file_lost_in_training_is_written_again(path):
    class Lose(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["val_loss"] = float(epoch)
            if epoch == 1:
                path.unlink()
                path.parent.rmdir()

    model = make_model()
    fit(model, Lose(), BestCheckpoint(path))
    assert_same_weights(keras.models.load_model(path), model)


def test_raw_best_weights_come_back_after_ema_has_overwritten_them(path):
    class Record(keras.callbacks.Callback):
        weights = {}

        def on_epoch_end(self, epoch, logs=None):
            self.weights[epoch] = self.model.get_weights()
            logs["val_loss"] = [3.0, 1.0, 2.0][epoch]

        def on_train_end(self, logs=None):
            self.averaged = self.model.get_weights()

    record = Record()
    model = make_model(optimizer=keras.optimizers.SGD(0.5, use_ema=True))
    fit(model, record, BestCheckpoint(path))
    # Keras did overwrite them, so there was something to put back.
    assert (record.averaged[0] != record.weights[2][0]).any()
    for held, raw in zip(model.get_weights(), record.weights[1], strict=True):
        np.testing.assert_array_equal(held, raw)


# Resuming


def resume(path, state, values, kind="functional", **arguments):
    best = BestCheckpoint(path, **arguments)
    model = make_model(kind)
    best.set_model(model)
    best.set_params({"epochs": 9})
    best.on_train_begin()
    best.set_state(json.loads(json.dumps(state)))
    return best, *drive(best, values, model=model, begin=2)


@pytest.mark.parametrize("kind", ["functional", "sequential"])
@pytest.mark.parametrize("ending", [".keras", ".weights.h5"])
def test_a_resumed_run_without_improvement_takes_the_best_from_the_file(tmp_path, kind, ending):
    path = tmp_path / f"best{ending}"
    first = BestCheckpoint(path)
    drive(first, [2.0, 1.0], model=make_model(kind), end=False)
    state = first.get_state()
    assert state == {"best": 1.0, "best_epoch": 1, "wait": 0, "stopped_epoch": None}
    best, model, _ = resume(path, state, [1.5, 1.25], kind)
    assert (best.best, best.best_epoch) == (1.0, 1)
    assert weights_hold(model, 1)


def test_a_resumed_run_that_improves_and_one_that_runs_out_of_patience(path):
    first = BestCheckpoint(path, patience=2)
    drive(first, [1.0, 2.0], end=False)
    state = first.get_state()
    assert state["wait"] == 1
    best, model, epochs = resume(path, state, [3.0, 4.0], patience=2)
    assert (best.stopped_epoch, epochs) == (2, 3)
    assert weights_hold(model, 0)
    best, model, _ = resume(path, state, [0.5, 4.0], patience=2)
    assert (best.best_epoch, best.stopped_epoch) == (2, None)
    assert weights_hold(model, 2)


def test_weights_from_the_file_leave_the_optimizer_where_it_is(tmp_path):
    """A subclassed model's file holds its optimiser at the best epoch; only weights go back."""
    path = tmp_path / "best.weights.h5"
    model, best = make_model("subclassed"), BestCheckpoint(path, "loss")
    fit(model, best, epochs=1)
    state = best.get_state()
    fit(model, epochs=2)
    best.on_train_begin()
    best.set_state(state)
    saved_at, now = 2, int(model.optimizer.iterations)
    assert now == 6
    best.on_train_end()
    assert int(model.optimizer.iterations) == now != saved_at


def test_a_state_whose_file_is_gone_is_refused_at_once(path):
    first = BestCheckpoint(path)
    drive(first, [1.0], end=False)
    path.unlink()
    with pytest.raises(RecipeError, match="must still hold the best model, of epoch 0"):
        resume(path, first.get_state(), [2.0])


def test_a_state_of_another_kind(path):
    with pytest.raises(RecipeError, match="set_state must be given best, .*; got step"):
        BestCheckpoint(path).set_state({"step": 1})


# Mistakes


def test_a_misspelt_monitor_ends_the_first_epoch_with_a_suggestion(path):
    message = r"one of the logs \(loss, val_accuracy\).* got 'val_acuracy'.* Did you mean 'val_acc"
    best = BestCheckpoint(path, "val_acuracy", mode="max", start_from_epoch=1)
    best.set_model(make_model())
    best.on_train_begin()
    with pytest.raises(RecipeError, match=message):
        best.on_epoch_end(0, {"loss": 1.0, "val_accuracy": 0.5})


def test_a_fit_without_validation_data(path):
    with pytest.raises(
        RecipeError, match=r"\(loss\); got 'val_loss'\. Pass .*start_from_epoch=n - 1"
    ):
        fit(make_model(), BestCheckpoint(path))


def test_validation_every_other_epoch_as_the_error_says(path):
    x, y = np.zeros((4, 3)), np.zeros((4, 1))
    arguments = {"validation_data": (x, y), "validation_freq": 2, "epochs": 4}
    best = BestCheckpoint(path, start_from_epoch=1)
    history = fit(make_model(), best, **arguments).history
    assert best.best == min(history["val_loss"])
    assert best.best_epoch in (1, 3)


def test_epochs_without_the_value_do_not_count_towards_patience(path):
    best = BestCheckpoint(path, patience=2)
    _, epochs = drive(best, [1.0, None, 2.0, None, 3.0, 4.0])
    assert (best.stopped_epoch, epochs) == (4, 5)


def test_a_monitor_that_is_no_single_number(path):
    best = BestCheckpoint(path, "f1_score")
    best.set_model(make_model())
    with pytest.raises(RecipeError, match=r"'f1_score' has the shape \(2,\)"):
        best.on_epoch_end(0, {"f1_score": np.zeros(2)})


def test_starting_after_the_end(path):
    with pytest.raises(RecipeError, match="start_from_epoch must be below .* 3; got 3"):
        fit(make_model(), BestCheckpoint(path, "loss", start_from_epoch=3))


def test_a_folder_in_the_place_of_the_file_and_a_file_in_that_of_the_folder(tmp_path):
    (tmp_path / "best.keras").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(RecipeError, match="BestCheckpoint.filepath must be a file"):
        fit(make_model(), BestCheckpoint(tmp_path / "best.keras", "loss"))
    with pytest.raises(RecipeError, match="BestCheckpoint.filepath must lie in a folder"):
        fit(make_model(), BestCheckpoint(tmp_path / "file" / "best.keras", "loss"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filepath": "best.h5"}, "BestCheckpoint.filepath must end in .keras or .weights.h5"),
        ({"filepath": "best"}, "filepath must end in"),
        ({"filepath": None}, "filepath must be a path; got None"),
        ({"filepath": "best-{epoch:02d}.keras"}, "filepath must be .* without placeholders"),
        ({"filepath": "gs://bucket/best.keras"}, "filepath must be one local file"),
        ({"monitor": "val_score"}, "mode must be given for 'val_score'"),
        ({"monitor": ""}, "monitor must be a name"),
        ({"mode": "auto"}, 'mode must be "min", "max" or None; got \'auto\''),
        ({"patience": 0}, "patience must be .* at least 1, or None; got 0"),
        ({"patience": 1.5}, "patience must be"),
        ({"min_delta": -0.1}, "min_delta must be"),
        ({"min_delta": NAN}, "min_delta must be"),
        ({"start_from_epoch": -1}, "start_from_epoch must be"),
        ({"restore_best": "yes"}, "restore_best must be True or False"),
        ({"min_delta": True}, "min_delta must be"),
        ({"baseline": NAN, "patience": 1}, "baseline must be a finite number or None; got nan"),
        ({"baseline": 0.5}, "baseline must come with a patience"),
        ({"initial_value_threshold": "0.5"}, "initial_value_threshold must be a finite number"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(RecipeError, match=message):
        BestCheckpoint(**{"filepath": "best.keras", **arguments})
