"""A run with averaged weights and accumulated batches: what is measured, kept and resumed."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_recipes import (
    SGD,
    AdamW,
    Call,
    Cosine,
    Digits,
    Phase,
    Recipe,
    RecipeError,
    Stopping,
)
from keras_recipes.training import run
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.evaluate import evaluate
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.job import Job
from keras_recipes.training.learning_rates import learning_rates

MODEL = """
import keras

def model(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(keras.layers.Dense(16)(x)))
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))


def averaging(learning_rate):
    return keras.optimizers.SGD(learning_rate, use_ema=True)
"""

# 200 images are 12 batches of 16: five updates of 5 make two epochs and a bit.
OPTIMIZER = SGD(
    learning_rate=0.1, reference_batch_size=80, accumulate=5, ema_momentum=0.9, weight_decay=1e-2
)
SMALL = Recipe(
    data=Digits(train_examples=200),
    model=Call("small_parts.py:model"),
    optimizer=OPTIMIZER,
    schedule=Cosine(warmup_epochs=1),
    phases=(
        Phase(name="first", epochs=2),
        Phase(name="second", epochs=2, optimizer=AdamW(ema_momentum=0.8), schedule=None),
    ),
    batch_size=16,
    precision="float32",
)


class Watch(keras.callbacks.Callback):
    """A display that notes weights where training and validation begin, and may break off."""

    def __init__(self, interrupt_in=None):
        super().__init__()
        self._interrupt_in = interrupt_in
        self.trained_from, self.validated = [], []

    def begin_phase(self, *about):
        pass

    def end_epoch(self, record):
        pass

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 0:
            self.trained_from.append(self.model.get_weights())

    def on_test_batch_begin(self, batch, logs=None):
        if batch == 0:
            self.validated.append(self.model.get_weights())
            if len(self.validated) == self._interrupt_in:
                raise Interrupted


def begin(recipe, folder):
    (folder / "small_parts.py").write_text(MODEL)
    dataset = recipe.data.build()
    job = Job(name="small", recipe=recipe)
    return dataset, run.start(job, dataset, folder / "runs", sources=folder, command=["test"])


def arrays(directory):
    return Checkpoints(directory.checkpoints).load().arrays


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def metrics(directory):
    names = ("loss", "accuracy", "val_nll", "val_accuracy", "learning_rate")
    return [[record[name] for name in names] for record in directory.read_metrics()]


def test_a_run_keeps_the_averages_and_resumes_to_the_same_bits(tmp_path):
    dataset, whole = begin(SMALL, tmp_path)
    watch = Watch()
    about = run.train(SMALL, dataset, whole, display=[watch])
    best = keras.models.load_model(whole.best_model)
    epoch = about["results"]["best_epoch"]
    # The averages were validated, and the best of them saved and tested.
    assert same(best.get_weights(), watch.validated[epoch - 1])
    test = evaluate(best, dataset.read_test(), 10)
    assert test["nll"] == pytest.approx(about["results"]["test"]["nll"], rel=1e-5)
    # Training went on with others, but a phase begins with the best.
    assert not same(watch.trained_from[1], watch.validated[0])
    first = max(whole.read_metrics()[:2], key=lambda record: record["val_accuracy"])["epoch"]
    assert same(watch.trained_from[2], watch.validated[first - 1])
    # Broken off in the validation of the second epoch: the model holds averages, and the state of
    # the first has two of five batches' gradients in it.
    dataset, broken = begin(SMALL, tmp_path)
    with pytest.raises(Interrupted):
        run.train(SMALL, dataset, broken, display=[Watch(interrupt_in=2)])
    keras.utils.clear_session()
    resumed = Watch()
    results = run.train(SMALL, dataset, broken, display=[resumed])["results"]
    assert same(resumed.trained_from[0], watch.trained_from[1])
    assert metrics(broken) == metrics(whole)
    assert results == about["results"]
    one, other = arrays(whole), arrays(broken)
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_float16_accumulates_and_averages(tmp_path):
    recipe = replace(SMALL, phases=(Phase(epochs=1),), schedule=None, precision="mixed_float16")
    dataset, directory = begin(recipe, tmp_path)
    about = run.train(recipe, dataset, directory)
    assert np.isfinite(about["results"]["test"]["nll"])


def test_the_schedule_counts_updates(tmp_path):
    phase = Phase(
        epochs=4, optimizer=OPTIMIZER, schedule=Cosine(warmup_epochs=1), stopping=Stopping()
    )
    rates = learning_rates(phase, 16, 12, tmp_path)
    assert rates.shape == (48,)  # nine updates, and three batches without one
    assert rates[0::5][:9].tolist() == rates[4::5].tolist()
    assert rates[4] == pytest.approx(0.05)  # an epoch of 2.4 updates warms up in two
    assert rates.max() == rates[9] == pytest.approx(0.1)
    assert np.all(np.diff(rates[14:]) <= 0)
    assert rates[44] == rates[47] < 0.01
    call = Call("keras.optimizers:SGD", learning_rate=0.1, gradient_accumulation_steps=5)
    by_call = learning_rates(replace(phase, optimizer=call), 16, 12, tmp_path)
    assert np.array_equal(rates, by_call)


def test_more_batches_than_there_are_make_no_update(tmp_path):
    phase = Phase(epochs=1, optimizer=SGD(accumulate=13), stopping=Stopping())
    with pytest.raises(RecipeError, match="optimizer.accumulate must be at most 12"):
        learning_rates(phase, 16, 12, tmp_path)


def test_an_average_that_the_best_epoch_would_not_hold_is_refused(tmp_path):
    recipe = replace(
        SMALL,
        optimizer=Call("small_parts.py:averaging", learning_rate=0.1),
        schedule=None,
        phases=(Phase(epochs=1),),
    )
    dataset, directory = begin(recipe, tmp_path)
    with pytest.raises(RecipeError, match="optimizer can't average by itself"):
        run.train(recipe, dataset, directory)
