"""Validation, the best model and the end of training agree about the averaged weights."""

import keras
import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.callbacks import AveragedWeights, BestCheckpoint
from keras_recipes.optimizers import sgd


def data():
    random = np.random.default_rng(0)
    x = random.normal(size=(48, 4)).astype("float32")
    return x, x @ np.float32([[1.0], [2.0], [-1.0], [0.5]])


def make_model(**settings):
    keras.utils.set_random_seed(2)
    inputs = keras.Input((4,))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(8)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile(sgd(0.05, model, momentum=0.5, **settings), "mse")
    return model


class Watch(keras.callbacks.Callback):
    """What the model holds, and scores, at several points."""

    def __init__(self):
        super().__init__()
        self.raw, self.at_end, self.scores = [], [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.trained_from = self.model.get_weights()

    def on_test_begin(self, logs=None):
        self.validated = self.model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        self.at_end.append(self.model.get_weights())
        x, y = data()
        self.scores.append(float(np.mean((self.model(x, training=False) - y) ** 2)))


def fit(model, *callbacks, validation=True, **arguments):
    x, y = data()
    return model.fit(
        x, y, batch_size=8, shuffle=False, verbose=0, callbacks=list(callbacks),
        validation_data=(x, y) if validation else None, **{"epochs": 5, **arguments},
    ).history  # fmt: skip


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_all_agree_about_the_average(tmp_path):
    model, watch = make_model(ema_momentum=0.9), Watch()
    best = BestCheckpoint(tmp_path / "best.keras", "val_loss")
    history = fit(model, AveragedWeights(), best, watch)
    raw = make_model()
    raw_history = fit(raw, raw_watch := Watch())
    # It trains as without, on the raw weights, and validates others.
    assert history["loss"] == raw_history["loss"]
    assert same(watch.trained_from, raw_watch.trained_from)
    assert not np.allclose(history["val_loss"], raw_history["val_loss"], rtol=1e-3)
    # What was validated is what the epoch ends with, what is saved, and what is left.
    assert same(watch.validated, watch.at_end[-1])
    np.testing.assert_allclose(watch.scores, history["val_loss"], rtol=1e-4)
    assert best.best == min(history["val_loss"])
    assert same(keras.models.load_model(best.filepath).get_weights(), model.get_weights())
    assert same(model.get_weights(), watch.at_end[best.best_epoch])
    x, y = data()
    after = model.evaluate(x, y, verbose=0, callbacks=[AveragedWeights()])
    assert after == pytest.approx(best.best, rel=1e-5)


def test_without_validation_and_without_a_checkpoint_the_average_is_left():
    model, watch = make_model(ema_momentum=0.9), Watch()
    history = fit(model, AveragedWeights(), watch, validation=False)
    assert same(model.get_weights(), watch.at_end[-1])
    assert len(history["loss"]) == 5
    assert not same(watch.trained_from, watch.at_end[-2])


def test_it_stops_early_on_the_averages(tmp_path):
    model = make_model(ema_momentum=0.9)
    best = BestCheckpoint(tmp_path / "best.keras", "val_loss", patience=1, min_delta=0.05)
    history = fit(model, AveragedWeights(), best, epochs=40)
    assert best.stopped_epoch == best.best_epoch + 1 == len(history["loss"]) - 1 < 39
    assert same(keras.models.load_model(best.filepath).get_weights(), model.get_weights())


def test_training_broken_off_in_validation_goes_on_with_the_raw_weights():
    class Break(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model, watch = make_model(ema_momentum=0.9), Watch()
    with pytest.raises(KeyboardInterrupt):
        fit(model, AveragedWeights(), Break(), epochs=1)
    raw = make_model()
    fit(raw, epochs=1)
    fit(model, AveragedWeights(), watch, epochs=1)
    assert same(watch.trained_from, raw.get_weights())


def test_several_steps_per_execution_average_every_step():
    ends = []
    for steps in (1, 3):
        keras.utils.set_random_seed(2)
        inputs = keras.Input((4,))
        model = keras.Model(inputs, keras.layers.Dense(1)(inputs))
        model.compile(sgd(0.1, model, ema_momentum=0.9), "mse", steps_per_execution=steps)
        fit(model, AveragedWeights(), epochs=2)
        ends.append(model.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_an_optimizer_without_an_average_is_refused():
    with pytest.raises(RecipeError, match="AveragedWeights needs an optimizer .* got SGD"):
        fit(make_model(), AveragedWeights())
