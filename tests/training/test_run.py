"""Whole runs on real digits: bits, phases, resuming, and what the run directory holds."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
from whole_run import Observer, assert_same_bits, begin, complete, metrics_without_times

from keras_recipes import (
    SGD,
    Call,
    CifarResNet,
    Cosine,
    CrossEntropy,
    Digits,
    MixUp,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
    Stopping,
)
from keras_recipes.recipe.load import load
from keras_recipes.training import run
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.run_directory import RunDirectory
from keras_recipes.training.run_files import read_run_files

DROPOUT_MODEL = """
import keras

def model(input_shape, num_classes, rate):
    inputs = keras.Input(input_shape)
    x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.Dropout(rate)(keras.layers.Dense(16, activation="relu")(x))
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))
"""

SMALL = Recipe(
    data=Digits(train_examples=300),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.4)),
    model=Call("my_parts.py:model", rate=0.3),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=SGD(learning_rate=0.2, weight_decay=1e-3),
    schedule=Cosine(warmup_epochs=1),
    epochs=3,
    batch_size=32,
    precision="float32",
)


RESNET = replace(SMALL, model=CifarResNet(depth=8, width=4), precision="auto", epochs=2)
PHASES = replace(
    SMALL,
    phases=(
        Phase(name="warm", epochs=2),
        Phase(name="calm", augment=(), loss=CrossEntropy(), schedule=Cosine()),
    ),
)


def write_parts(folder):
    (folder / "my_parts.py").write_text(DROPOUT_MODEL)
    return folder


@pytest.fixture
def sources(tmp_path):
    return write_parts(tmp_path)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    """(directory, what run.json says) of a whole run of `SMALL`."""
    return complete(SMALL, write_parts(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="module")
def phases_run(tmp_path_factory):
    """The same of `PHASES`."""
    return complete(PHASES, write_parts(tmp_path_factory.mktemp("phases")))


@pytest.fixture(scope="module")
def resnet_run(tmp_path_factory):
    """The same of `RESNET`, a batch prepared at a time."""
    return complete(RESNET, tmp_path_factory.mktemp("resnet"), parallel_calls=1)


class Changes(Observer):
    """A display that notes the paths of the weights that each epoch changes."""

    def __init__(self):
        super().__init__()
        self.paths = []

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch)
        self._before = [(each, np.array(each)) for each in self.model.weights]

    def on_epoch_end(self, epoch, logs=None):
        moved = {each.path for each, before in self._before if (np.array(each) != before).any()}
        self.paths.append(moved)


def test_one_seed_gives_the_same_bits_whatever_the_parallelism_and_another_does_not(
    sources, resnet_run
):
    serial, _ = resnet_run
    parallel, _ = complete(RESNET, sources, parallel_calls=4)
    assert_same_bits(serial, parallel)
    other, _ = complete(replace(RESNET, seed=1), sources)
    assert metrics_without_times(serial) != metrics_without_times(other)


@pytest.mark.parametrize("interrupt_in", [1, 2, 4], ids=["in-1", "at-the-turn", "in-2"])
def test_a_resumed_run_ends_in_the_same_bits(sources, phases_run, interrupt_in):
    whole, _ = phases_run
    dataset, broken = begin(PHASES, sources)
    with pytest.raises(Interrupted):
        run.train(PHASES, dataset, broken, display=[Observer(interrupt_in)])
    assert broken.read_run()["state"] == "interrupted"
    assert len(broken.read_metrics()) == interrupt_in
    keras.utils.clear_session()
    run.train(PHASES, dataset, broken)
    assert_same_bits(whole, broken)
    assert broken.read_run()["results"] == whole.read_run()["results"]


FREEZING = replace(
    SMALL,
    model=CifarResNet(depth=8, width=4, dropout=0.3),
    phases=(
        Phase(name="head", trainable="head"),
        Phase(name="last", trainable=1),
        Phase(name="all"),
    ),
    epochs=1,
    schedule=None,
)


@pytest.fixture(scope="module")
def freezing_run(tmp_path_factory):
    """(directory, paths of the weights that each epoch changed) of a whole run of `FREEZING`."""
    dataset, directory = begin(FREEZING, write_parts(tmp_path_factory.mktemp("freezing")))
    changed = Changes()
    run.train(FREEZING, dataset, directory, display=[changed])
    return directory, changed.paths


def test_a_phase_trains_the_layers_that_it_names(freezing_run):
    _, paths = freezing_run
    head = {"logits/kernel", "logits/bias"}
    assert paths[0] == head
    assert head < paths[1] < paths[2]
    assert any("moving_mean" in each for each in paths[1])


@pytest.mark.parametrize("interrupt_in", [1, 2], ids=["at-the-turn", "at-the-second-turn"])
def test_a_resume_goes_on_in_the_phase_in_which_it_was(sources, freezing_run, interrupt_in):
    whole, _ = freezing_run
    dataset, broken = begin(FREEZING, sources)
    with pytest.raises(Interrupted):
        run.train(FREEZING, dataset, broken, display=[Observer(interrupt_in)])
    keras.utils.clear_session()
    run.train(FREEZING, dataset, broken)
    assert_same_bits(whole, broken)


def test_more_stages_than_there_are_is_told_before_the_first_phase_trains(sources):
    phases = (Phase(name="head", trainable="head"), Phase(name="rest", trainable=9))
    recipe = replace(FREEZING, phases=phases)
    dataset, directory = begin(recipe, sources)
    with pytest.raises(RecipeError, match=r"phases.1.*trainable.* from 1 to 3; got 9"):
        run.train(recipe, dataset, directory)
    assert directory.read_metrics() == []


def test_phases_follow_each_other(phases_run):
    directory, about = phases_run
    records = directory.read_metrics()
    assert [each["phase"] for each in records] == ["warm"] * 2 + ["calm"] * 3
    assert [each["epoch"] for each in records] == [1, 2, 3, 4, 5]
    assert about["results"]["epochs"] == 5
    # Each phase has a schedule of its own, which ends near nothing.
    rates = [each["learning_rate"] for each in records]
    assert rates[1] < 0.01
    assert rates[2] > 0.03
    assert rates[4] < 0.01
    # Without smoothing or mixing the loss is the negative log-likelihood.
    assert abs(records[1]["loss"] - records[1]["nll"]) > 1e-3
    assert records[4]["loss"] == pytest.approx(records[4]["nll"], rel=1e-5)


def test_the_run_directory_says_everything(small_run):
    directory, about = small_run
    names = {each.name for each in directory.path.iterdir()}
    assert names >= {
        "recipe.py", "recipe.json", "run.json", "metrics.jsonl", "checkpoints", "best.keras",
        "events", "my_parts.py",
    }  # fmt: skip
    assert load(str(directory.recipe_file)).recipe == SMALL
    assert json.loads((directory.path / "recipe.json").read_text())["loss.label_smoothing"] == 0.1
    assert about["state"] == "finished"
    assert about["data"]["train"] == 300
    assert set(about["sources"]) == {"my_parts.py"}
    assert about["results"]["test"]["examples"] == 360
    best = max(directory.read_metrics(), key=lambda each: each["val_accuracy"])
    assert about["results"]["best"] == best["val_accuracy"]
    assert about["results"]["best_epoch"] == best["epoch"]


def test_events_can_be_read(small_run):
    from tensorflow.python.summary.summary_iterator import summary_iterator

    directory, _ = small_run
    records = directory.read_metrics()
    found = {}
    for part in ("train", "validation"):
        for file in (directory.events / part).iterdir():
            for event in summary_iterator(str(file)):
                for value in event.summary.value:
                    number = np.frombuffer(value.tensor.tensor_content, np.float32)[0]
                    found[part, value.tag, event.step] = number
    assert found["train", "epoch_loss", 0] == np.float32(records[0]["loss"])
    accuracy = found["validation", "epoch_accuracy", 1]
    assert accuracy == np.float32(records[1]["val_accuracy"])


def test_the_saved_model_needs_plain_keras_alone(sources, resnet_run):
    directory, about = resnet_run
    test = Digits().build().read_test()
    np.savez(sources / "test.npz", images=test.images, labels=test.labels)
    script = (
        "import sys, numpy, keras; sys.modules['keras_recipes'] = None;"
        "model = keras.models.load_model(sys.argv[1]); data = numpy.load(sys.argv[2]);"
        "print((model.predict(data['images'], verbose=0).argmax(1) == data['labels']).sum())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, directory.best_model, sources / "test.npz"],
        capture_output=True, text=True, check=True, cwd=sources,
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    # The fused kernel rounds otherwise than Keras's own, so an image on the edge may fall over.
    assert abs(int(done.stdout) - about["results"]["test"]["correct"]) <= 2


def test_patience_ends_the_run(sources):
    recipe = replace(
        SMALL,
        optimizer=SGD(learning_rate=1e-9),
        stopping=Stopping(patience=1, min_delta=0.5),
        epochs=9,
    )
    directory, about = complete(recipe, sources)
    assert about["state"] == "stopped early"
    assert about["results"]["epochs"] == len(directory.read_metrics()) == 2


def test_a_loss_that_is_no_number_ends_the_run_with_the_fix(sources):
    dataset, directory = begin(
        recipe := replace(SMALL, optimizer=SGD(learning_rate=1e18), schedule=None), sources
    )
    with pytest.raises(RecipeError, match="Lower optimizer.learning_rate"):
        run.train(recipe, dataset, directory)
    about = directory.read_run()
    assert about["state"] == "failed"
    assert "Lower optimizer.learning_rate" in about["error"]


def test_float16_trains_with_loss_scaling(sources):
    recipe = replace(RESNET, precision="mixed_float16", epochs=1, schedule=None)
    _, about = complete(recipe, sources)
    assert np.isfinite(about["results"]["test"]["nll"])


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"model": Call("my_parts.py:nothing")}, "my_parts.py:nothing"),
        ({"model": Call("no_such_module:x")}, "no_such_module:x"),
        ({"model": Call("my_parts.py:model", rate=0.1, wide=3)}, "wide"),
        ({"model": Call("keras.layers:Dense", units=3)}, "logits"),
        ({"batch_size": 301}, "batch_size is 301"),
        ({"augment": (PaddedCrop(8),)}, "augment.PaddedCrop.padding"),
        ({"augment": (Call("keras.layers:Flatten"),)}, "augment.0 (Flatten)"),
        ({"optimizer": Call("keras.optimizers:Adam", learning_rate=1.0, betta=1)}, "betta"),
        ({"schedule": Call("my_parts.py:model", rate=1.0)}, "refused its arguments"),
        ({"schedule": Call("numpy:ones", shape=3)}, "schedule must give 27 rates"),
    ],
)
def test_what_only_building_can_tell_is_told_before_the_first_step(sources, change, place):
    recipe = replace(SMALL, **change)
    dataset, directory = begin(recipe, sources)
    with pytest.raises(RecipeError) as raised:
        run.train(recipe, dataset, directory)
    assert place in str(raised.value)
    assert not directory.read_metrics()


def test_escape_hatches_of_every_kind_train(sources):
    (sources / "more.py").write_text(
        "import numpy as np\n"
        "def rates(peak, steps):\n    return np.linspace(peak, 0.1 * peak, steps)\n"
    )
    recipe = replace(
        SMALL,
        augment=(Call("keras_cv.layers:RandomBrightness", factor=0.1, value_range=(0, 255)),),
        loss=Call("keras.losses:CategoricalFocalCrossentropy", from_logits=True),
        optimizer=Call("keras.optimizers:AdamW", learning_rate=1e-2, weight_decay=0.01),
        schedule=Call("more.py:rates"),
    )
    directory, about = complete(recipe, sources)
    assert about["results"]["test"]["accuracy"] > 0.3
    assert set(about["sources"]) == {"more.py", "my_parts.py"}
    assert directory.read_metrics()[-1]["learning_rate"] == pytest.approx(1e-3)


def test_two_runs_at_once_get_folders_of_their_own(tmp_path):
    made = {RunDirectory.create(tmp_path, "a", RESNET, tmp_path).path for _ in range(3)}
    assert len(made) == 3


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecipeError, match="can't be written"):
        RunDirectory.create(tmp_path / "file", "a", RESNET, tmp_path)


def test_what_is_not_a_run_directory_is_told(tmp_path):
    with pytest.raises(RecipeError, match="is not a run directory"):
        read_run_files(tmp_path)
