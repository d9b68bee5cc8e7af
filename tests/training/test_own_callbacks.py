"""Callbacks of one's own in a recipe: they act, and what they do to the rate is logged."""

from dataclasses import replace
from pathlib import Path

import pytest

from keras_recipes import SGD, Call, Digits, Recipe, RecipeError
from keras_recipes.training import run
from keras_recipes.training.job import Job

PARTS = """
import keras

def model(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))

class Halve(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) / 2
"""

SMALL = Recipe(
    data=Digits(train_examples=300),
    model=Call("my_parts.py:model"),
    optimizer=SGD(learning_rate=0.5, reference_batch_size=None),
    callbacks=(Call("my_parts.py:Halve"),),
    epochs=3,
    batch_size=50,
    precision="float32",
)


def train(recipe, folder: Path):
    (folder / "my_parts.py").write_text(PARTS)
    dataset = recipe.data.build()
    job = Job(name="small", recipe=recipe)
    directory = run.start(job, dataset, folder / "runs", sources=folder, command=["test"])
    run.train(recipe, dataset, directory)
    return directory


def test_a_callback_changes_the_rate_and_the_log_says_so(tmp_path):
    directory = train(SMALL, tmp_path)
    assert [each["learning_rate"] for each in directory.read_metrics()] == [0.5, 0.25, 0.125]
    assert (directory.path / "my_parts.py").is_file()


def test_keras_own_callbacks_see_what_a_run_reports(tmp_path):
    log = tmp_path / "log.csv"
    callbacks = (
        Call("keras.callbacks:ReduceLROnPlateau", monitor="val_nll", patience=1, min_delta=10.0),
        Call("keras.callbacks:CSVLogger", filename=str(log)),
    )
    directory = train(replace(SMALL, callbacks=callbacks), tmp_path)
    rates = [each["learning_rate"] for each in directory.read_metrics()]
    assert rates == pytest.approx([0.5, 0.5, 0.05])
    assert "val_nll" in log.read_text().splitlines()[0]


def test_what_is_no_callback_is_refused_before_the_first_step(tmp_path):
    with pytest.raises(RecipeError, match="callbacks.0 must build a Keras callback"):
        train(replace(SMALL, callbacks=(Call("keras.layers:Flatten"),)), tmp_path)
