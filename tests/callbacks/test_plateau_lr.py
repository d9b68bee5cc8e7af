"""PlateauLR: when it cuts, by how much, and what it refuses, against worked epochs."""

import json
import math

import keras
import numpy as np
import pytest
from scripted_fit import fit, make_model

from keras_recipes.callbacks import PlateauLR
from keras_recipes.errors import RecipeError

NAN, INF = math.nan, math.inf


def rates(callback, values, name="val_loss", begin=0.8):
    """The rate that each epoch is trained with, and that after the last."""
    model = make_model(optimizer=keras.optimizers.SGD(begin))
    callback.set_model(model)
    callback.set_params({"epochs": len(values), "steps": 1})
    callback.on_train_begin()
    found = []
    for epoch, value in enumerate(values):
        logs = {"loss": 1.0, "val_other": 1.0}
        callback.on_epoch_end(epoch, logs if value is None else logs | {name: value})
        found.append(float(model.optimizer.learning_rate))
    return pytest.approx([begin, *found])


HALVE = {"factor": 0.5, "min_delta": 0.0}
WORKED = [
    # arguments, values of the epochs, rate in each and after the last
    ({"patience": 2}, [5, 4, 3, 2], [0.8] * 5),
    ({"patience": 2}, [5, 5, 5, 5, 5], [0.8, 0.8, 0.8, 0.4, 0.4, 0.2]),
    ({"patience": 2}, [5, 6, 4, 4, 4], [0.8, 0.8, 0.8, 0.8, 0.8, 0.4]),
    # NaN and infinity: no improvement, and nothing to improve on
    ({"patience": 2}, [NAN, 5, 4, 3, 2], [0.8] * 6),
    ({"patience": 2}, [5, NAN, 4, NAN, NAN], [0.8] * 5 + [0.4]),
    ({"patience": 2}, [NAN, NAN, NAN, NAN], [0.8, 0.8, 0.4, 0.4, 0.2]),
    ({"patience": 2}, [-INF, 5, 4, 3], [0.8] * 5),
    ({"patience": 1, "mode": "max"}, [INF, 1, 2, 2], [0.8, 0.4, 0.4, 0.4, 0.2]),
    # an improvement is more than min_delta, a difference
    ({"patience": 1, "min_delta": 1.0}, [8, 7, 5.9, 5], [0.8, 0.8, 0.4, 0.4, 0.2]),
    # cooldown: so many epochs that don't count, though they may be best
    ({"patience": 1, "cooldown": 1}, [5, 5, 5, 5, 5], [0.8, 0.8, 0.4, 0.4, 0.2, 0.2]),
    ({"patience": 1, "cooldown": 2}, [5, 5, 5, 5, 5], [0.8, 0.8, 0.4, 0.4, 0.4, 0.2]),
    ({"patience": 1, "cooldown": 2}, [5, 5, 5, 1, 3], [0.8, 0.8, 0.4, 0.4, 0.4, 0.2]),
    ({"patience": 1, "min_lr": 0.3}, [5, 5, 5, 5], [0.8, 0.8, 0.4, 0.3, 0.3]),
    ({"patience": 1, "start_from_epoch": 2}, [1, 1, 5, 4, 4], [0.8] * 5 + [0.4]),
    ({"patience": 1, "factor": 0.1}, [5, 5, 4], [0.8, 0.8, 0.08, 0.08]),
    # epochs that don't report the value are passed over
    ({"patience": 2}, [5, None, 5, None, 5], [0.8] * 5 + [0.4]),
]


@pytest.mark.parametrize(("arguments", "values", "expected"), WORKED)
def test_the_rate_of_each_epoch(arguments, values, expected):
    assert rates(PlateauLR(**(HALVE | arguments)), values) == expected


def test_accuracy_rises():
    callback = PlateauLR("val_accuracy", patience=1, **HALVE)
    assert rates(callback, [0.1, 0.2, 0.2, 0.3], "val_accuracy") == [0.8, 0.8, 0.8, 0.4, 0.4]
    assert callback.best == 0.3


@pytest.mark.parametrize(
    ("values", "keras_arguments"),
    [([NAN, 5, 4, 3], {}), ([5, 5, 5, 5], {"cooldown": 1})],
    ids=["nan first", "cooldown"],
)
def test_where_keras_differs(values, keras_arguments):
    """Should Keras change, the docstring is to change with it."""
    theirs = keras.callbacks.ReduceLROnPlateau(
        factor=0.5, patience=1, min_delta=0.0, **keras_arguments
    )
    ours = PlateauLR(patience=1, **HALVE, **keras_arguments)
    assert rates(ours, values) != rates(theirs, values).expected


@pytest.mark.parametrize("stop", range(1, 8))
def test_it_continues_from_its_state(stop):
    values = [5, 5, NAN, 4, 4, 4, 4, 4, 3]
    arguments = HALVE | {"patience": 2, "cooldown": 1}
    whole = rates(PlateauLR(**arguments), values).expected
    first, second = PlateauLR(**arguments), PlateauLR(**arguments)
    model = make_model(optimizer=keras.optimizers.SGD(0.8))
    found = []
    for epoch, value in enumerate(values):
        callback = first if epoch < stop else second
        callback.set_model(model)
        if epoch in (0, stop):
            callback.on_train_begin()
        if epoch == stop:
            second.set_state(json.loads(json.dumps(first.get_state())))
        callback.on_epoch_end(epoch, {"val_loss": value})
        found.append(float(model.optimizer.learning_rate))
    assert found == whole[1:]
    with pytest.raises(RecipeError, match="PlateauLR.set_state must be given best, wait"):
        second.set_state({"best": 1})


def test_what_was_reported_before_those_that_count_is_in_its_state():
    first, second = (PlateauLR(patience=1, start_from_epoch=2) for _ in range(2))
    for callback in (first, second):
        callback.set_model(make_model(optimizer=keras.optimizers.SGD(0.8)))
        callback.on_train_begin()
    first.on_epoch_end(0, {"loss": 1.0, "val_loss": 1.0})
    second.set_state(json.loads(json.dumps(first.get_state())))
    second.on_epoch_end(2, {"loss": 1.0})  # passed over, as it would have been
    assert second.best is None


def with_validation(model, *callbacks, **arguments):
    x = np.ones((4, 3), "float32")
    return fit(model, *callbacks, validation_data=(x, np.ones((4, 1))), **arguments).history


@pytest.mark.parametrize("kind", ["plain", "loss scale", "average"])
def test_in_a_fit(kind):
    from keras_recipes.optimizers import MovingAverage

    optimizer = keras.optimizers.SGD(0.4)
    if kind == "loss scale":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    elif kind == "average":
        optimizer = MovingAverage(optimizer, momentum=0.9)
    model = make_model(optimizer=optimizer)
    callback = PlateauLR(patience=1, factor=0.5, min_delta=1e9, min_lr=0.15)
    history = with_validation(model, callback, epochs=4, validation_freq=1)
    # The rate in the logs is the one that the epoch was trained with.
    assert history["learning_rate"] == pytest.approx([0.4, 0.4, 0.2, 0.15])
    assert with_validation(model, callback, epochs=3)["learning_rate"] == pytest.approx([0.15] * 3)


def test_a_schedule_in_the_optimizer_is_refused_before_the_first_step():
    model = make_model(
        optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9))
    )
    before = model.get_weights()
    with pytest.raises(RecipeError, match=r"optimizer.learning_rate .* PlateauLR sets it"):
        fit(model, PlateauLR("loss", patience=1))
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_what_nothing_reports_is_told_by_name():
    with pytest.raises(RecipeError, match=r"PlateauLR.monitor .*'val_mse'"):
        with_validation(make_model(), PlateauLR("val_mse", patience=1))
    with pytest.raises(RecipeError, match="Pass validation_data"):
        fit(make_model(), PlateauLR(patience=1))
    callback = PlateauLR(patience=1, start_from_epoch=1)
    with_validation(make_model(), callback, epochs=4, validation_freq=2)
    assert callback.best is not None


REFUSED = [
    ({"factor": 1.0}, "factor must be a number, above 0 and below 1"),
    ({"factor": 0}, "factor"),
    ({"patience": 0}, "patience must be a whole number, at least 1"),
    ({"patience": None}, "patience"),
    ({"min_delta": -1}, "min_delta"),
    ({"cooldown": 0.5}, "cooldown"),
    ({"min_lr": NAN}, "min_lr"),
    ({"start_from_epoch": -1}, "start_from_epoch"),
    ({"monitor": "val_score"}, "mode must be given for 'val_score'"),
    ({"mode": "auto"}, "mode"),
]


@pytest.mark.parametrize(("arguments", "problem"), REFUSED)
def test_arguments_out_of_range(arguments, problem):
    with pytest.raises(RecipeError, match=rf"^PlateauLR\.{problem}"):
        PlateauLR(**arguments)


def test_what_would_never_cut_is_refused():
    # Epoch 1 is the one to improve on, 2 the first without: the cut would come after the last.
    with pytest.raises(RecipeError, match="less than 2, of 3 epochs; got 1 and 1"):
        fit(make_model(), PlateauLR("loss", patience=1, start_from_epoch=1))
    with pytest.raises(RecipeError, match=r"PlateauLR.min_lr must be at most .* 0.001; got 0.1"):
        fit(make_model(), PlateauLR("loss", patience=1, min_lr=0.1))
    fit(make_model(), PlateauLR("loss", patience=1, min_lr=0.001))
