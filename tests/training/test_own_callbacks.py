"""Callbacks of one's own in a recipe: they act, and what they do to the rate is logged."""

from dataclasses import replace
from pathlib import Path

import keras
import pytest

from keras_recipes import (
    SGD,
    Call,
    Cosine,
    CrossEntropy,
    Digits,
    Phase,
    Plateau,
    RateSearch,
    Recipe,
    RecipeError,
)
from keras_recipes.optimizers import find_average
from keras_recipes.training import run
from keras_recipes.training.interrupt import Interrupted
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

class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch == 0

class Patient(keras.callbacks.EarlyStopping):
    pass

class Plateau(keras.callbacks.ReduceLROnPlateau):
    pass

def scheduled(learning_rate):
    return keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(learning_rate, 9))

def accumulating(learning_rate):
    return keras.optimizers.SGD(learning_rate, gradient_accumulation_steps=8)

def averaged(learning_rate, model):
    from keras_recipes.optimizers import average_weights
    return average_weights(keras.optimizers.SGD(learning_rate), model, 0.9)
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


class BreakOff(keras.callbacks.Callback):
    """A display that ends the second epoch of the run with Ctrl-C."""

    def begin_phase(self, *about):
        pass

    def end_epoch(self, record):
        pass

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise Interrupted


def begin(recipe, folder: Path):
    (folder / "my_parts.py").write_text(PARTS)
    dataset = recipe.data.build()
    job = Job(name="small", recipe=recipe)
    return dataset, run.start(job, dataset, folder / "runs", sources=folder, command=["test"])


def train(recipe, folder: Path):
    dataset, directory = begin(recipe, folder)
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


MISTAKES = [
    # what the second phase has, and what is said of it
    ({"callbacks": (Call("my_parts.py:Patient"),)}, "callbacks.0 is EarlyStopping"),
    (
        {"callbacks": (Call("my_parts.py:Plateau"),), "schedule": Cosine()},
        "callbacks.0 is ReduceLROnPlateau, and schedule is Cosine",
    ),
    ({"optimizer": SGD(accumulate=1000)}, "optimizer.accumulate must be at most"),
    ({"loss": CrossEntropy(class_weights=(1.0, 2.0))}, "loss.class_weights has 2 weights"),
    ({"augment": (Call("my_parts.py:nothing"),)}, "names 'nothing'"),
    (
        {
            "optimizer": Call("my_parts.py:scheduled", learning_rate=0.1),
            "schedule": Plateau(patience=1),
        },
        "optimizer.learning_rate must be a number when schedule=Plateau sets it.*schedule=None",
    ),
    (
        {
            "optimizer": Call("my_parts.py:accumulating", learning_rate=0.1),
            "schedule": RateSearch(every_epochs=1, trial_steps=7),
        },
        "trial_steps must be at least the 8 batches",
    ),
]


@pytest.mark.parametrize(("choices", "problem"), MISTAKES)
def test_a_mistake_in_a_later_phase_is_told_before_the_first_step(tmp_path, choices, problem):
    phases = (Phase(name="first"), Phase(name="second", **choices))
    recipe = replace(SMALL, callbacks=(), phases=phases)
    dataset, directory = begin(recipe, tmp_path)
    with pytest.raises(RecipeError, match=rf"phases\.1\..*{problem}"):
        run.train(recipe, dataset, directory)
    assert not directory.read_metrics()


def test_a_phase_that_a_callback_ended_is_not_resumed(tmp_path):
    phases = (
        Phase(name="first", callbacks=(Call("my_parts.py:Stop"),)),
        Phase(name="second", epochs=1),
    )
    recipe = replace(SMALL, callbacks=(), phases=phases)
    dataset, directory = begin(recipe, tmp_path)
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, directory, display=[BreakOff()])
    about = run.train(recipe, dataset, directory)
    assert [each["phase"] for each in directory.read_metrics()] == ["first", "second"]
    assert about["state"] == "stopped early"


def test_an_optimizer_of_ones_own_may_average(tmp_path):
    optimizer = Call("my_parts.py:averaged", learning_rate=0.5)
    recipe = replace(SMALL, callbacks=(), optimizer=optimizer, epochs=1)
    dataset, directory = begin(recipe, tmp_path)
    found = []

    class Look(BreakOff):
        def on_train_begin(self, logs=None):
            found.append(find_average(self.model.optimizer).momentum)

    run.train(recipe, dataset, directory, display=[Look()])
    assert found == [0.9]


def test_a_loss_of_integer_labels_is_refused_whatever_it_is_called(tmp_path):
    (tmp_path / "losses.py").write_text(
        "import keras\nclass Mine(keras.losses.SparseCategoricalCrossentropy):\n    pass\n"
    )
    with pytest.raises(RecipeError, match="loss must take one-hot labels; Mine takes integers"):
        train(replace(SMALL, loss=Call("losses.py:Mine", from_logits=True)), tmp_path)
