"""A loss that is no number any more: the run ends at once, or goes back with a lower rate."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from whole_run import Observer, assert_same_bits, begin, complete

from keras_recipes import SGD, Call, ConvNet, Cosine, Digits, Plateau, Recipe, RecipeError
from keras_recipes.training import rewind, run
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.interrupt import Interrupted

PARTS = """
import keras

class Spoils(keras.callbacks.Callback):
    '''Makes a weight infinite after a step, as a rate above a limit would.'''

    def __init__(self, epoch, step, limit):
        super().__init__()
        self._epoch, self._step, self._limit = epoch, step, limit

    def on_epoch_begin(self, epoch, logs=None):
        self._now = epoch

    def on_train_batch_end(self, batch, logs=None):
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        if (self._now, batch) == (self._epoch, self._step) and rate > self._limit:
            bias = self.model.layers[-1].bias
            bias.assign(bias + float("inf"))
"""
RECIPE = Recipe(
    data=Digits(train_examples=400),
    model=ConvNet(blocks=1, convolutions=1, width=4, dropout=0.3),
    optimizer=SGD(learning_rate=0.1, momentum=0.9, ema_momentum=0.9),
    epochs=4,
    batch_size=32,
    precision="float32",
    on_nan="rewind",
)
PEAK = 0.1 * 32 / 128
"""At a batch of 32 images; the recipe's rate is stated for 128."""
LAST = 400 // 32 - 1


def spoils(epoch, step, limit):
    return (Call("parts.py:Spoils", epoch=epoch, step=step, limit=limit),)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "parts.py").write_text(PARTS)
    return tmp_path


def test_the_run_ends_in_the_step_in_which_it_happens(folder):
    recipe = replace(RECIPE, on_nan="stop", callbacks=spoils(1, 3, 0.0))
    with pytest.raises(RecipeError, match=r"loss became (nan|inf) in epoch 2, step 5\b"):
        complete(recipe, folder)
    (directory,) = (folder / "runs").iterdir()
    assert keras.models.load_model(directory / "best.keras").count_params()
    assert len((directory / "metrics.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("schedule", [Cosine(), Plateau(patience=1)], ids=["table", "plateau"])
def test_it_goes_back_with_half_the_rate(folder, schedule, capsys):
    """Spoilt twice: at the rate as it was, and at half of it."""
    limit = PEAK * (0.28 if isinstance(schedule, Cosine) else 0.4)
    recipe = replace(RECIPE, schedule=schedule, callbacks=spoils(1, 3, limit))
    directory, about = complete(recipe, folder)
    rewinds = about["results"]["rewinds"]
    assert [each["rate_share"] for each in rewinds] == [0.5, 0.25]
    assert all(each["epoch"] == 2 and each["step"] == 5 for each in rewinds)
    told = capsys.readouterr().err
    assert "in epoch 2, step 5: back to the end of epoch 1, with 0.25 of the rate" in told
    records = directory.read_metrics()
    assert [each["epoch"] for each in records] == [1, 2, 3, 4]
    without, _ = complete(replace(recipe, callbacks=(), on_nan="stop"), folder)
    before = [each["learning_rate"] for each in without.read_metrics()]
    after = [each["learning_rate"] for each in records]
    assert after[0] == before[0]
    assert after[1] == pytest.approx(before[1] / 4)
    assert all(np.isfinite(each["loss"]) for each in records)


def test_an_update_that_spoils_the_weights_unseen_is_noticed(folder):
    """The last of the first epoch: no loss shows it any more."""
    recipe = replace(RECIPE, epochs=2, callbacks=spoils(0, LAST, 0.6 * PEAK))
    _, about = complete(recipe, folder)
    (went_back,) = about["results"]["rewinds"]
    assert went_back["epoch"] == 1
    assert went_back["why"] == "weights became nan at the end of epoch 1"


def test_what_no_rate_helps_ends_the_run(folder, monkeypatch):
    assert rewind.MOST_IN_AN_EPOCH == 5
    monkeypatch.setattr(rewind, "MOST_IN_AN_EPOCH", 2)
    recipe = replace(RECIPE, callbacks=spoils(1, 3, 0.0))
    with pytest.raises(RecipeError, match=r"step 5, also with 0\.25 of the rate"):
        complete(recipe, folder)


def test_broken_off_after_it_went_back_the_run_ends_in_the_same_bits(folder):
    recipe = replace(RECIPE, schedule=Cosine(), callbacks=spoils(1, 3, 0.5 * PEAK))
    whole, about = complete(recipe, folder)
    assert len(about["results"]["rewinds"]) == 1
    dataset, broken = begin(recipe, folder)
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, broken, display=[Observer(2)], checkpoint_minutes=1e-9)
    assert Checkpoints(broken.checkpoints).load().about["step"] == 3
    keras.utils.clear_session()
    run.train(recipe, dataset, broken)
    assert_same_bits(whole, broken)
