"""A phase that computes features once: it learns what it would have learnt, and resumes so."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from whole_run import Observer, assert_same_bits, begin, complete, metrics_without_times

from keras_recipes import (
    SGD,
    CifarResNet,
    Cosine,
    Digits,
    Phase,
    Recipe,
    RecipeError,
    Stopping,
)
from keras_recipes.training import head_training, run
from keras_recipes.training.interrupt import Interrupted

TWO = Recipe(
    data=Digits(train_examples=300),
    model=CifarResNet(depth=8, width=4),
    optimizer=SGD(learning_rate=0.1, weight_decay=1e-3, ema_momentum=0.9),
    schedule=Cosine(),
    epochs=3,
    batch_size=32,
    precision="float32",
    phases=(
        Phase(name="all", trainable="all", epochs=1, image_size=(6, 6)),
        Phase(name="head", trainable="head", keep_features=True),
    ),
)


def recomputed(recipe):
    return replace(
        recipe, phases=tuple(replace(each, keep_features=False) for each in recipe.phases)
    )


class Whole(Observer):
    """A display that notes the models that callbacks see, and their weights at each epoch's end."""

    def __init__(self):
        super().__init__()
        self.inputs, self.body = [], []

    def on_epoch_end(self, epoch, logs=None):
        self.inputs.append(self.model.input_shape)
        self.body.append(self.model.get_weights()[:-2])


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """(directory, what a display saw) of a whole run of `TWO`."""
    dataset, directory = begin(TWO, tmp_path_factory.mktemp("kept"))
    seen = Whole()
    run.train(TWO, dataset, directory, display=[seen])
    return directory, seen


def test_it_learns_what_it_would_have_learnt_without(kept, tmp_path):
    directory, _ = kept
    other, _ = complete(recomputed(TWO), tmp_path)
    for ours, theirs in zip(
        metrics_without_times(directory), metrics_without_times(other), strict=True
    ):
        for name, value in theirs.items():
            if isinstance(value, float):
                assert ours[name] == pytest.approx(value, rel=1e-3, abs=1e-4), name
            else:
                assert ours[name] == value
    ours, theirs = (each.read_run()["results"]["test"] for each in (directory, other))
    assert ours["correct"] == theirs["correct"]


def test_callbacks_see_the_whole_model_whose_body_stands_still(kept):
    _, seen = kept
    assert seen.inputs == [(None, 6, 6, 1)] + [(None, 8, 8, 1)] * 3
    for was, now in zip(seen.body[1], seen.body[3], strict=True):
        assert np.array_equal(was, now)


def test_the_best_model_is_whole(kept):
    directory, _ = kept
    model = keras.models.load_model(directory.best_model)
    images = TWO.data.build().validation
    correct = np.mean(
        model.predict(images.images[images.indices].astype("float32"), verbose=0).argmax(axis=1)
        == images.class_labels()
    )
    assert correct == pytest.approx(directory.read_run()["results"]["best"], abs=1e-6)


@pytest.mark.parametrize("interrupt_in", [1, 2])
def test_a_resumed_run_ends_in_the_same_bits(kept, tmp_path, interrupt_in):
    dataset, broken = begin(TWO, tmp_path)
    with pytest.raises(Interrupted):
        run.train(TWO, dataset, broken, display=[Observer(interrupt_in)])
    keras.utils.clear_session()
    run.train(TWO, dataset, broken)
    assert_same_bits(kept[0], broken)


def test_patience_ends_it(tmp_path):
    phase = Phase(trainable="head", keep_features=True, epochs=30)
    recipe = replace(
        TWO, epochs=None, phases=(phase,), schedule=None, optimizer=SGD(learning_rate=1e-9),
        stopping=Stopping(patience=1, min_delta=0.5),
    )  # fmt: skip
    directory, about = complete(recipe, tmp_path)
    assert about["state"] == "stopped early"
    assert len(directory.read_metrics()) == 2


def test_features_that_do_not_fit_in_memory_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(head_training, "free_memory", lambda: 1000)
    dataset, directory = begin(TWO, tmp_path)
    with pytest.raises(RecipeError, match="would take .* GiB of memory for .* images"):
        run.train(TWO, dataset, directory)
