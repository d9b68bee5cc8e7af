"""LRSearch: trials as by hand, the best goes on, and a fit that is not disturbed, to the bit."""

import hashlib
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits

from keras_recipes.callbacks import AveragedWeights
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import ModelState, state_variables
from keras_recipes.optimizers import MovingAverage
from keras_recipes.tuning import LRSearch
from keras_recipes.tuning.rate_choice import choose_multiple
from keras_recipes.tuning.trial_batches import keep_batches

X, Y = load_digits(return_X_y=True)
X = (X / 16).astype("float32")
TRAIN, HELD_OUT = (X[:640], Y[:640]), (X[1500:], Y[1500:])
NEVER = {"min_delta": 1e9}
"""No rate is better by so much: a search keeps the rate."""


def model_with(optimizer, **compiled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], **compiled)
    return model


def train(model, *callbacks, epochs=3, **arguments):
    arguments = {"batch_size": 64, "validation_data": HELD_OUT, "verbose": 0, **arguments}
    return model.fit(*TRAIN, epochs=epochs, callbacks=list(callbacks), **arguments).history


def digest(model):
    total = hashlib.sha256()
    for each in [*state_variables(model), *model.metrics_variables]:
        total.update(np.ascontiguousarray(keras.ops.convert_to_numpy(each)).tobytes())
    return total.hexdigest()


class Numbers(keras.utils.PyDataset):
    def __len__(self):
        return 10

    def __getitem__(self, index):
        np.random.random()  # as one that augments may do
        part = slice(64 * index, 64 * (index + 1))
        return X[part], Y[part], None


def batches():
    return tf.data.Dataset.from_tensor_slices(TRAIN).batch(64)


DATA = {
    "arrays": lambda: TRAIN,
    "weighted arrays": lambda: (*TRAIN, np.ones(640)),
    "tf.data.Dataset": batches,
    "PyDataset": lambda: Numbers(workers=1),
    "function": lambda: lambda finished: batches().skip(finished),
}
UNDISTURBED = {
    # optimizer, what trials train on, and what else compile, fit and the search are given
    "sgd": (lambda: keras.optimizers.SGD(0.05, momentum=0.9), "arrays", {}, {}, {}),
    "adam, several steps at once": (
        lambda: keras.optimizers.Adam(1e-2),
        "tf.data.Dataset",
        {"steps_per_execution": 5},
        {},
        {},
    ),
    "loss scale, fit without validation": (
        lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.AdamW(1e-3)),
        "weighted arrays",
        {},
        {"validation_data": None},
        {"monitor": "val_accuracy"},
    ),
    "accumulated": (
        lambda: keras.optimizers.SGD(0.05, gradient_accumulation_steps=3),
        "function",
        {},
        {},
        {},
    ),
    "average": (
        lambda: MovingAverage(keras.optimizers.SGD(0.05), momentum=0.9),
        "PyDataset",
        {},
        {},
        {},
    ),
    "ema": (lambda: keras.optimizers.SGD(0.05, use_ema=True), "arrays", {}, {}, {}),
    "compiled": (
        lambda: keras.optimizers.SGD(0.05, momentum=0.9),
        "arrays",
        {"jit_compile": True},
        {},
        {},
    ),
}
SLOW = {"ema", "compiled"}


@pytest.mark.parametrize(
    "case",
    [pytest.param(each, marks=[pytest.mark.slow] * (each in SLOW)) for each in UNDISTURBED],
)
def test_after_a_search_that_keeps_the_rate_training_is_what_it_is_without(case):
    optimizer, data, compiled, fitted, searching = UNDISTURBED[case]
    histories, digests = [], []
    for searched in (False, True):
        model = model_with(optimizer(), **compiled)
        callbacks = [AveragedWeights()] if case == "average" else []
        if searched:
            given = {"every_epochs": 1, "trial_steps": 4, "batch_size": 64, **NEVER, **searching}
            search = LRSearch(DATA[data](), HELD_OUT, **given)
            callbacks.append(search)
        history = train(model, *callbacks, **fitted)
        history.pop("learning_rate", None)
        histories.append(history)
        digests.append(digest(model))
    assert [each.epoch for each in search.searches] == [1, 2]
    assert all(each.chosen == each.rate for each in search.searches)
    # The trials did train: rates have other values.
    assert all(len(set(each.values)) > 1 and None not in each.values for each in search.searches)
    assert histories[0] == histories[1]
    assert digests[0] == digests[1]


def test_trials_are_what_they_are_by_hand():
    trial = batches().take(3)
    search = LRSearch(trial, HELD_OUT, every_epochs=2, trial_steps=3, multiples=(0.5, 4))
    model = model_with(keras.optimizers.SGD(0.1, momentum=0.9))
    train(model, search)
    (found,) = search.searches
    assert (found.epoch, found.rate, found.steps) == (2, np.float32(0.1), 9)
    assert found.rates == pytest.approx((0.05, 0.1, 0.4))
    by_hand = model_with(keras.optimizers.SGD(0.1, momentum=0.9))
    train(by_hand, epochs=2)
    state, values = ModelState(by_hand), []
    for rate in found.rates:
        state.restore()
        by_hand.optimizer.learning_rate = rate
        for x, y in trial:
            by_hand.train_on_batch(x, y)
        values.append(by_hand.evaluate(*HELD_OUT, verbose=0)[0])
    assert found.values == pytest.approx(values, rel=1e-5)
    best = found.rates[int(np.argmin(found.values))]
    assert found.chosen == np.float32(best)
    assert float(model.optimizer.learning_rate) == found.chosen
    # What it found is in its state, through JSON and back.
    other = LRSearch(trial, HELD_OUT)
    other.set_state(json.loads(json.dumps(search.get_state())))
    assert other.searches == search.searches
    with pytest.raises(RecipeError, match="set_state must be given best, wait, reported, searches"):
        other.set_state({})


def test_a_rate_that_is_far_too_low_rises_and_the_log_says_so():
    model = model_with(keras.optimizers.SGD(1e-4, momentum=0.9))
    search = LRSearch(TRAIN, HELD_OUT, every_epochs=1, multiples=(0.1, 10), batch_size=64)
    history = train(model, search, epochs=4)
    assert search.searches[0].chosen == pytest.approx(1e-3)
    assert search.searches[1].chosen == pytest.approx(1e-2)
    chosen = [each.chosen for each in search.searches]
    assert history["learning_rate"] == [np.float32(1e-4), *chosen]


def test_trials_that_diverge_lose_and_where_all_do_the_rate_falls():
    model = model_with(keras.optimizers.SGD(0.1))
    search = LRSearch(TRAIN, HELD_OUT, every_epochs=1, trial_steps=3, multiples=(1e30,))
    train(model, search, epochs=2)
    assert search.searches[0].values[1] is None
    assert search.searches[0].chosen == search.searches[0].rate
    broken = (*TRAIN, np.full(640, np.nan))
    model = model_with(keras.optimizers.SGD(0.1))
    search = LRSearch(broken, HELD_OUT, every_epochs=1, trial_steps=3)
    history = train(model, search)
    assert search.searches[0].values == (None, None, None)
    assert search.searches[0].chosen == pytest.approx(0.1 / 9)
    assert search.searches[1].chosen == pytest.approx(0.1 / 81)
    assert np.isfinite(history["val_loss"]).all()


@pytest.mark.parametrize(
    ("multiples", "values", "mode", "min_delta", "expected"),
    [
        ((0.5, 1.0, 2.0), (3, 2, 1), "min", 0.0, 2.0),
        ((0.5, 1.0, 2.0), (3, 2, 1), "max", 0.0, 0.5),
        ((0.5, 1.0, 2.0), (1, 1, 1), "min", 0.0, 1.0),
        ((0.5, 1.0, 2.0), (3, 2, 1.5), "min", 0.5, 1.0),
        ((0.1, 0.5, 1.0), (1, 1, 2), "min", 0.0, 0.5),
        ((0.5, 1.0, 2.0), (None, 2, None), "min", 0.0, 1.0),
        ((0.5, 1.0, 2.0), (3, None, None), "min", 9.0, 0.5),
        ((0.5, 1.0, 2.0), (None, None, None), "min", 0.0, 0.25),
        ((1.0, 2.0), (None, None), "max", 0.0, 0.5),
    ],
)
def test_the_choice(multiples, values, mode, min_delta, expected):
    assert choose_multiple(multiples, values, mode=mode, min_delta=min_delta) == expected


def searched_after(values, **arguments):
    """After how many epochs there is a search, if validation goes like this."""
    search = LRSearch(TRAIN, HELD_OUT, **arguments)
    search.set_model(model_with(keras.optimizers.SGD(0.01)))
    search.set_params({"epochs": len(values)})
    found, search._search = [], lambda finished: found.append(finished)
    search.on_train_begin()
    for epoch, value in enumerate(values):
        search.on_epoch_end(epoch, {"loss": 1.0, "val_loss": value})
    return found


@pytest.mark.parametrize(
    ("values", "arguments", "expected"),
    [
        # every so many epochs, but not after the last
        ([5] * 7, {"every_epochs": 2}, [2, 4, 6]),
        ([5] * 6, {"every_epochs": 2}, [2, 4]),
        ([5] * 7, {"every_epochs": 2, "start_from_epoch": 1}, [3, 5]),
        # at a stall, the next of which is counted anew
        ([5] * 8, {"every_epochs": None, "patience": 2}, [3, 5, 7]),
        ([5, 4, 3, 3, 3, 2, 2], {"every_epochs": None, "patience": 2}, [5]),
        ([1, 5, 5, 4, 4, 4], {"every_epochs": None, "patience": 2, "start_from_epoch": 1}, []),
        ([np.nan] * 4, {"every_epochs": None, "patience": 2}, [2]),
        # both: a search begins the count anew, whatever it was for
        ([5] * 7, {"every_epochs": 3, "patience": 2}, [3, 5, 6]),
        ([5] * 6, {"every_epochs": 2, "patience": 2}, [2, 4]),
    ],
)
def test_when_it_searches(values, arguments, expected):
    assert searched_after(values, **arguments) == expected


def test_there_is_no_search_when_training_stops():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    search = LRSearch(TRAIN, HELD_OUT, every_epochs=1)
    train(model_with(keras.optimizers.SGD(0.01)), Stop(), search)
    assert search.searches == []


@pytest.mark.parametrize("data", DATA)
def test_kept_batches_are_the_same_each_time(data):
    source = DATA[data]()
    source = source(1) if data == "function" else source
    if isinstance(source, tf.data.Dataset):
        source = source.shuffle(10)
    kept = keep_batches(source, 12, batch_size=64, seed=(0, 1))
    once, again = ([np.asarray(each[1]) for each in kept] for _ in range(2))
    assert len(once) == 12
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    if "arrays" in data:
        other = keep_batches(source, 12, batch_size=64, seed=(0, 2))
        assert not np.array_equal(once[0], next(iter(other))[1])


class Labelled:
    """As a pandas Series: rows by label, though it is an array to NumPy."""

    shape = (640,)

    def __array__(self, dtype=None, copy=None):
        return Y[:640]

    def __getitem__(self, chosen):
        raise KeyError(chosen)


@pytest.mark.parametrize("x", [{"a": X[:640], "b": X[:640] + 1}, [X[:640], X[:640] + 1]])
@pytest.mark.parametrize("y", [Y[:640], tf.constant(Y[:640]), Labelled()], ids=["numpy", "tf", "s"])
def test_batches_of_several_inputs_and_of_other_arrays_than_numpys(x, y):
    rows = {row.tobytes(): label for row, label in zip(*TRAIN, strict=True)}
    kept = list(keep_batches((x, y), 10, batch_size=64, seed=0))
    assert len(kept) == 10
    for inputs, labels in kept:
        one, other = inputs.values() if isinstance(inputs, dict) else inputs
        assert one.shape == (64, 64)
        assert np.allclose(one + 1, other)
        assert [rows[row.tobytes()] for row in one.numpy()] == labels.numpy().tolist()


@pytest.mark.parametrize("names", [("a", "b"), None])
def test_a_model_of_two_inputs_is_searched(names):
    def arrays(count):
        both = [X[:count], X[:count, :3]]
        return (dict(zip(names, both, strict=True)) if names else both), Y[:count]

    inputs = [keras.Input((64,), name="a"), keras.Input((3,), name="b")]
    outputs = keras.layers.Dense(10)(keras.layers.Concatenate()(inputs))
    model = keras.Model(dict(zip("ab", inputs, strict=True)) if names else inputs, outputs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1e-4), loss)
    search = LRSearch(arrays(640), arrays(100), every_epochs=1, multiples=(10,), trial_steps=12)
    model.fit(*arrays(640), epochs=2, verbose=0, callbacks=[search])
    assert search.searches[0].chosen == pytest.approx(1e-3)


@pytest.mark.parametrize("count", [3, 6])
def test_what_is_called_after_each_batch_of_a_trial_may_end_it(count):
    """Two batches of training and three of validation a trial: it ends in either."""
    called = []

    def after_batch():
        called.append(None)
        if len(called) == count:
            raise InterruptedError

    search = LRSearch(
        TRAIN, HELD_OUT, every_epochs=1, trial_steps=2, batch_size=100, after_batch=after_batch
    )
    model, plain = (model_with(keras.optimizers.SGD(0.1)) for _ in range(2))
    with pytest.raises(InterruptedError):
        train(model, search)
    assert len(called) == count
    train(plain, epochs=1)
    assert all(
        np.array_equal(a, b) for a, b in zip(plain.get_weights(), model.get_weights(), strict=True)
    )


def test_the_step_is_traced_once():
    class Counting(keras.Sequential):
        traced = 0

        def train_step(self, data):
            self.traced += 1
            return super().train_step(data)

    model = Counting([keras.Input((64,)), keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss)
    train(model, epochs=1)
    before = model.traced
    train(model, LRSearch(TRAIN, HELD_OUT, every_epochs=1, trial_steps=12, batch_size=64))
    assert model.traced == before


REFUSED = [
    ({"train": X}, "train must be a tuple"),
    ({"train": (X, Y[:3])}, "train must be of one length"),
    ({"validation": None}, "validation must be a tuple"),
    ({"every_epochs": 0}, "every_epochs must be a whole number, at least 1"),
    ({"every_epochs": None}, "every_epochs and patience are both None"),
    ({"patience": 0}, "patience must be"),
    ({"multiples": ()}, "multiples must be a tuple"),
    ({"multiples": (1,)}, "multiples must hold another than 1"),
    ({"multiples": (0.0, 1)}, "multiples must be a number, above 0"),
    ({"trial_steps": 0}, "trial_steps"),
    ({"monitor": "accuracy"}, "monitor must be a value of validation"),
    ({"monitor": "val_score"}, "mode must be given"),
    ({"min_delta": -1}, "min_delta"),
    ({"start_from_epoch": 0.5}, "start_from_epoch"),
    ({"batch_size": 0}, "batch_size"),
    ({"seed": -1}, "seed"),
    ({"after_batch": 1}, "after_batch must be a function"),
    ({"train": ([1.0, 2.0], Y[:2])}, "train must hold arrays; got float"),
    ({"train": ({"a": X, "b": X[:9]}, Y)}, "train must be of one length"),
]


@pytest.mark.parametrize(("arguments", "problem"), REFUSED)
def test_arguments_out_of_range(arguments, problem):
    with pytest.raises(RecipeError, match=rf"^LRSearch\.{problem}"):
        LRSearch(**{"train": TRAIN, "validation": HELD_OUT, **arguments})


def test_what_training_can_tell_is_told_before_the_first_step():
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 9)
    for optimizer, arguments, problem in (
        (keras.optimizers.SGD(schedule), {"every_epochs": 1}, "LRSearch sets it"),
        (keras.optimizers.SGD(0.1), {"every_epochs": 3}, "less than 3, of 3 epochs; got 3 and 0"),
        (
            keras.optimizers.SGD(0.1),
            {"every_epochs": None, "patience": 2},
            "LRSearch.patience .* less than 2, of 3 epochs; got 2 and 0",
        ),
        (keras.optimizers.SGD(0.0), {"every_epochs": 1}, "must be a number, above 0"),
        (
            keras.optimizers.SGD(0.1, gradient_accumulation_steps=8),
            {"every_epochs": 1, "trial_steps": 7},
            "LRSearch.trial_steps must be at least the 8 batches",
        ),
    ):
        model = model_with(optimizer)
        before = model.get_weights()
        with pytest.raises(RecipeError, match=problem):
            train(model, LRSearch(TRAIN, HELD_OUT, **arguments))
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_a_metric_that_is_none_is_told_after_the_first_epoch():
    search = LRSearch(TRAIN, HELD_OUT, every_epochs=2, monitor="val_acuracy", mode="max")
    with pytest.raises(RecipeError, match=r"LRSearch\.monitor .*Did you mean 'val_accuracy'"):
        train(model_with(keras.optimizers.SGD(0.1)), search, validation_data=None)


@pytest.mark.parametrize(
    ("data", "problem"),
    [(batches().take(0), "must hold a batch"), (lambda finished: X, "must be a tuple of arrays")],
)
def test_data_that_turns_out_to_be_none_is_told(data, problem):
    search = LRSearch(data, HELD_OUT, every_epochs=1)
    with pytest.raises(RecipeError, match=f"LRSearch.train {problem}"):
        train(model_with(keras.optimizers.SGD(0.1)), search)
