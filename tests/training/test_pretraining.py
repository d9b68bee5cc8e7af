"""Pretraining as the first phase of a run: metrics, files, and going on to the same bits."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from whole_run import Observer, assert_same_bits, begin, complete

from keras_recipes import (
    SGD,
    Adam,
    Arrays,
    Call,
    Constant,
    ConvNet,
    Cosine,
    DenoisingAutoencoder,
    Digits,
    Phase,
    Recipe,
    RecipeError,
    Rotations,
    SimCLR,
    Translation,
)
from keras_recipes.training import run
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.interrupt import Interrupted

EVERY_STEP = 1e-9
"""Minutes."""
SHIFT = (Translation(height=0.1, width=0.1),)
RECIPE = Recipe(
    data=Digits(train_examples=200),
    model=ConvNet(blocks=1, convolutions=1, width=4, dropout=0.3),
    augment=SHIFT,
    optimizer=SGD(learning_rate=0.1, momentum=0.9, ema_momentum=0.9),
    schedule=Cosine(warmup_epochs=0.5),
    pretrain=SimCLR(
        epochs=2, unlabelled=Digits(train_examples=400), augment=None, batch_size=64,
        probe_examples=100,
    ),
    phases=(Phase(name="head", trainable="head", epochs=1), Phase(name="all", epochs=1)),
    batch_size=32,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return complete(RECIPE, tmp_path_factory.mktemp("whole"))[0]


def test_metrics_and_files_of_a_run(whole):
    records = whole.read_metrics()
    assert [each["epoch"] for each in records] == [1, 2, 3, 4]
    assert [each["phase"] for each in records] == ["pretrain", "pretrain", "head", "all"]
    for record in records[:2]:
        assert set(record) == {
            "epoch", "phase", "loss", "pretext_accuracy", "val_probe_accuracy", "learning_rate",
            "images_per_second", "seconds",
        }  # fmt: skip
    assert 0.3 < records[1]["val_probe_accuracy"] <= 1
    assert records[1]["loss"] < records[0]["loss"] < np.log(127) + 0.5
    assert "val_probe_accuracy" not in records[2]
    about = whole.read_run()
    assert about["results"]["epochs"] == 4
    assert about["results"]["best_epoch"] in (3, 4)
    assert about["unlabelled"]["images"] == 400
    assert about["state"] == "finished"
    pretrained = keras.models.load_model(whole.pretrained_model)
    best = keras.models.load_model(whole.best_model)
    assert [each.shape for each in pretrained.weights] == [each.shape for each in best.weights]


def test_the_first_phase_begins_with_what_was_learnt_and_a_new_head(tmp_path, whole):
    class First(Observer):
        def on_train_batch_begin(self, batch, logs=None):
            if self._epoch == 2:
                self.weights = self.model.get_weights()
                raise Interrupted

    first = First()
    with pytest.raises(Interrupted):
        complete(RECIPE, tmp_path, display=[first])
    pretrained = keras.models.load_model(whole.pretrained_model).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(pretrained, first.weights, strict=True))


def test_a_run_that_ended_within_an_epoch_ends_in_the_same_bits(tmp_path, whole):
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[Observer(1)],
                  checkpoint_minutes=EVERY_STEP)  # fmt: skip
    about = Checkpoints(broken.checkpoints).load().about
    assert (about["epochs"], about["step"]) == (1, 3)
    keras.utils.clear_session()
    run.train(RECIPE, dataset, broken)
    assert_same_bits(whole, broken)
    assert broken.read_run()["results"] == whole.read_run()["results"]


class StopsAt(Observer):
    """A display that raises as a phase begins."""

    def __init__(self, phase):
        super().__init__()
        self._stops_at = phase

    def begin_phase(self, name, *about):
        if name == self._stops_at:
            raise Interrupted


def test_a_run_that_ended_between_pretraining_and_training_ends_in_the_same_bits(tmp_path, whole):
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[StopsAt("head")])
    assert Checkpoints(broken.checkpoints).load().about["phase"] == 0
    assert not broken.best_model.exists()
    broken.pretrained_model.unlink()
    run.train(RECIPE, dataset, broken)
    assert broken.pretrained_model.exists()
    assert_same_bits(whole, broken)


def test_an_autoencoder_goes_on_within_an_epoch_and_rotations_have_no_probe_unless_asked(tmp_path):
    plain = {"phases": (Phase(),), "epochs": 1, "optimizer": Adam(), "schedule": None}
    draws = DenoisingAutoencoder(epochs=1, decoder_width=4, probe_examples=50)
    recipe = replace(RECIPE, pretrain=draws, **plain)
    whole, _ = complete(recipe, tmp_path / "whole")
    record = whole.read_metrics()[0]
    assert "pretext_accuracy" not in record
    assert "val_probe_accuracy" in record
    dataset, broken = begin(recipe, tmp_path)
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, broken, display=[Observer(0)], checkpoint_minutes=EVERY_STEP)
    assert Checkpoints(broken.checkpoints).load().about["step"] == 3
    run.train(recipe, dataset, broken)
    assert_same_bits(whole, broken)
    turns = replace(recipe, pretrain=Rotations(epochs=1, probe_examples=0))
    dataset, directory = begin(turns, tmp_path)
    with pytest.raises(Interrupted):
        run.train(turns, dataset, directory, display=[StopsAt("train")])
    (record,) = directory.read_metrics()
    assert "val_probe_accuracy" not in record
    assert 0 < record["pretext_accuracy"] <= 1


class Spoils(Observer):
    """A display that makes a weight infinite in the second epoch, at a rate above a limit."""

    def on_train_batch_end(self, batch, logs=None):
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        if self._epoch == 1 and batch == 2 and rate > 0.01:
            weight = self.model.trainable_variables[0]
            weight.assign(weight + float("inf"))


def test_it_goes_back_with_half_the_rate_where_the_loss_is_no_number(tmp_path):
    pretrain = Rotations(epochs=2, optimizer=SGD(learning_rate=0.07), schedule=Constant())
    recipe = replace(RECIPE, pretrain=pretrain, phases=(Phase(),), epochs=1, on_nan="rewind")
    directory, about = complete(recipe, tmp_path, display=[Spoils()])
    assert [each["epoch"] for each in about["results"]["rewinds"]] == [2]
    rates = [each["learning_rate"] for each in directory.read_metrics()[:2]]
    assert rates == pytest.approx([0.07 * 32 / 128, 0.035 * 32 / 128])


@pytest.mark.parametrize(
    ("pretrain", "where"),
    [
        (replace(RECIPE.pretrain, batch_size=500), "pretrain.batch_size"),
        (
            Rotations(epochs=1, augment=(Call(f"{__name__}:mixing"),)),
            "pretrain.augment",
        ),
        (Rotations(epochs=1, schedule=Call(f"{__name__}:two_rates")), "pretrain.schedule"),
    ],
)
def test_an_error_within_names_the_field(tmp_path, pretrain, where):
    recipe = replace(RECIPE, pretrain=pretrain, phases=(Phase(),), epochs=1)
    with pytest.raises(RecipeError) as caught:
        complete(recipe, tmp_path)
    assert caught.value.where == where


def mixing():
    """A layer of one's own that blends images."""
    from keras_recipes.augment import mixup

    return mixup(0.4)


def two_rates():
    """A schedule of too few rates."""
    return [0.1, 0.2]


def test_other_unlabelled_images_than_the_run_began_with_are_refused(tmp_path):
    dataset, broken = begin(RECIPE, tmp_path)
    with pytest.raises(Interrupted):
        run.train(RECIPE, dataset, broken, display=[Observer(0)], checkpoint_minutes=EVERY_STEP)
    about = broken.read_run()["unlabelled"]
    broken.update_run(unlabelled={**about, "fingerprint": "another"})
    with pytest.raises(RecipeError, match="pretrain.unlabelled has other images"):
        run.train(RECIPE, dataset, broken)


def test_images_of_other_channels_are_refused(tmp_path):
    np.savez(
        tmp_path / "colour.npz",
        images=np.zeros((64, 8, 8, 3), np.uint8), labels=np.arange(64) % 4,
    )  # fmt: skip
    pretrain = Rotations(epochs=1, unlabelled=Arrays(str(tmp_path / "colour.npz")))
    recipe = replace(RECIPE, pretrain=replace(pretrain, schedule=Constant()))
    with pytest.raises(RecipeError, match="pretrain.unlabelled has images of 3 channels"):
        complete(recipe, tmp_path)
    (tmp_path / "colour.npz").write_bytes(b"")
    with pytest.raises(RecipeError, match="pretrain.unlabelled.path .* is no .npz file"):
        complete(recipe, tmp_path)
