"""A classifier on features as they are, beside the training."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from keras_recipes.errors import RecipeError
from keras_recipes.pretraining import LinearProbe, feature_model, linear_accuracy

IMAGES, LABELS = load_digits(return_X_y=True)
IMAGES = IMAGES.reshape(-1, 8, 8, 1).astype(np.float32)
ONE_HOT = np.eye(10, dtype=np.float32)


def batches(part, labels=LABELS):
    return tf.data.Dataset.from_tensor_slices((IMAGES[part], labels[part])).batch(64)


def network():
    keras.utils.set_random_seed(0)
    x = inputs = keras.Input((8, 8, 1))
    x = layers.BatchNormalization()(layers.Conv2D(8, 3, activation="relu")(x))
    x = layers.Dropout(0.5)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10)(x))


def test_as_scikit_learns_own_pipeline():
    flat = IMAGES.reshape(len(IMAGES), -1)  # some pixels are always 0
    own = linear_accuracy(flat[:500], LABELS[:500], flat[500:900], LABELS[500:900], 2.0)
    theirs = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=200))
    theirs.fit(flat[:500], LABELS[:500])
    assert own == pytest.approx(theirs.score(flat[500:900], LABELS[500:900]), abs=0.006)
    assert own > 0.85
    assert linear_accuracy(flat[:3], np.full(3, 4), flat[:500], LABELS[:500]) == np.mean(
        LABELS[:500] == 4
    )


def test_others_read_it_in_the_logs_and_training_knows_nothing_of_it():
    weights, part = [], batches(slice(600, 800))
    for probed in (False, True):
        model = network()
        probe = LinearProbe(
            feature_model(model), batches(slice(0, 300)), batches(slice(300, 600), ONE_HOT[LABELS])
        )
        best = keras.callbacks.EarlyStopping("val_probe_accuracy", mode="max")
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        history = model.fit(
            part, epochs=2, verbose=0, callbacks=[probe, best] if probed else []
        ).history
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))
    assert len(history["val_probe_accuracy"]) == 2
    assert min(history["val_probe_accuracy"]) > 0.8
    assert best.best == max(history["val_probe_accuracy"])
    column = LinearProbe(
        probe._features, probe._labelled, batches(slice(300, 600), LABELS[:, None])
    )
    assert column.accuracy() == history["val_probe_accuracy"][-1]


def test_every_third_epoch_and_the_last():
    part = batches(slice(0, 100))
    probe = LinearProbe(feature_model(network()), part, part, every=3)
    probe.set_params({"epochs": 7})
    logged = []
    for epoch in range(7):
        logs = {}
        probe.on_epoch_end(epoch, logs)
        logged.append("val_probe_accuracy" in logs)
    assert logged == [False, False, True, False, False, True, True]


def test_a_stronger_penalty_fits_less():
    flat = IMAGES.reshape(len(IMAGES), -1)[:200]
    one, other = (linear_accuracy(flat, LABELS[:200], flat, LABELS[:200], r) for r in (1e-3, 1e4))
    assert one == 1.0 > other


@pytest.mark.parametrize("wrong", [{"every": 0}, {"every": True}, {"regularization": 0}])
def test_wrong_arguments_are_named(wrong):
    with pytest.raises(RecipeError, match=rf"LinearProbe\.{next(iter(wrong))}"):
        LinearProbe(feature_model(network()), [], [], **wrong)
