"""Every field of stopping changes what is kept, or when training ends."""

import keras
import pytest
from each_field import each_change

from keras_recipes import Stopping

CASES = [
    (
        Stopping(),
        {"monitor": "val_nll", "patience": 1, "min_delta": 0.25, "start_from_epoch": 2},
    )
]
ACCURACIES = [0.4, 0.5, 0.2, 0.8, 0.6]
NLLS = [2.0, 1.0, 3.0, 4.0, 5.0]


def outcome(stopping, path, first_epoch=0):
    """(best epoch, epochs run) of five written-down epochs."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    callback = stopping.build(path, first_epoch)
    callback.set_model(model)
    callback.on_train_begin()
    model.stop_training = False
    for epoch, (accuracy, nll) in enumerate(zip(ACCURACIES, NLLS, strict=True), first_epoch):
        callback.on_epoch_end(epoch, {"val_accuracy": accuracy, "val_nll": nll})
        if model.stop_training:
            break
    return callback.best_epoch - first_epoch, epoch + 1 - first_epoch


@pytest.mark.parametrize(("stopping", "changed"), each_change(CASES))
def test_the_outcome_changes(stopping, changed, tmp_path):
    path = tmp_path / "best.weights.h5"
    expected = {
        "monitor": (1, 5),
        "patience": (1, 3),
        "min_delta": (3, 5),
        "start_from_epoch": (3, 5),
    }
    assert outcome(stopping, path) == (3, 5)
    (name,) = [each for each in expected if getattr(stopping, each) != getattr(changed, each)]
    assert outcome(changed, path) == expected[name]


def test_epochs_are_counted_from_the_beginning_of_the_phase(tmp_path):
    stopping = Stopping(start_from_epoch=4)
    assert outcome(stopping, tmp_path / "best.weights.h5", first_epoch=10) == (4, 5)
