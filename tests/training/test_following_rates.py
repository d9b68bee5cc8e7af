"""Runs whose rate follows the training: what is logged, and that they resume to the same bits."""

import signal
from dataclasses import replace

import keras
import numpy as np
import pytest
from test_run import SMALL, write_parts
from whole_run import Observer, assert_same_bits, begin, complete, metrics_without_times

from keras_recipes import SGD, Constant, Phase, Plateau, RateSearch, data
from keras_recipes.training import phase_trainer, run
from keras_recipes.training.checkpoint import Checkpoints
from keras_recipes.training.interrupt import Interrupted

# An improvement of 9 is none: the rate falls after every second epoch that counts.
PLATEAU = Plateau(factor=0.5, patience=2, min_delta=9.0, warmup_epochs=1.0)
SEARCH = RateSearch(
    every_epochs=2, trial_steps=4, multiples=(0.1, 0.5, 2.0), monitor="val_loss", warmup_epochs=0.5
)
OPTIMIZER = SGD(learning_rate=0.2, reference_batch_size=None, ema_momentum=0.9)
RECIPES = {
    "plateau": replace(
        SMALL,
        schedule=None,
        optimizer=replace(OPTIMIZER, accumulate=2),
        epochs=6,
        phases=(Phase(name="first", epochs=1), Phase(name="second", schedule=PLATEAU)),
    ),
    "search": replace(SMALL, schedule=SEARCH, optimizer=OPTIMIZER, epochs=6),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Each recipe's run in one go, by name."""
    return {
        name: complete(recipe, write_parts(tmp_path_factory.mktemp(name)))[0]
        for name, recipe in RECIPES.items()
    }


def rates(directory):
    return [each["learning_rate"] for each in directory.read_metrics()]


def test_a_plateau_cuts_the_rate_of_its_phase_after_its_warm_up(whole):
    # Epoch 1 is the first phase, 2 the warm-up, 3 the best for good; 5 completes the first stall.
    assert rates(whole["plateau"]) == pytest.approx([0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1])


def test_a_search_goes_on_with_the_best_of_its_trials(whole):
    searches = Checkpoints(whole["search"].checkpoints).load().about["rate"]["searches"]
    assert [each["epoch"] for each in searches] == [3, 5]
    for each in searches:
        assert each["rates"] == pytest.approx([each["rate"] * by for by in (0.1, 0.5, 1, 2)])
        best = each["rates"][int(np.argmin(each["values"]))]
        assert each["chosen"] == pytest.approx(best)
        assert each["steps"] == 16
    first, second = (each["chosen"] for each in searches)
    assert rates(whole["search"]) == pytest.approx([0.2] * 3 + [first] * 2 + [second])


@pytest.mark.parametrize(("name", "interrupt_in"), [("plateau", 4), ("search", 4)])
def test_a_resumed_run_ends_in_the_same_bits(tmp_path, whole, name, interrupt_in):
    recipe = RECIPES[name]
    dataset, broken = begin(recipe, write_parts(tmp_path))
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, broken, display=[Observer(interrupt_in)])
    assert len(broken.read_metrics()) == interrupt_in
    keras.utils.clear_session()
    run.train(recipe, dataset, broken)
    assert_same_bits(whole[name], broken)


def test_ctrl_c_ends_a_search_at_once_and_the_run_goes_on_to_the_same_bits(
    tmp_path, whole, monkeypatch
):
    streams = []

    def training_batches(*arguments, **more):
        streams.append(None)
        if len(streams) == 2:  # the first is the run's, the second that of the first search
            signal.raise_signal(signal.SIGINT)
        return data.training_batches(*arguments, **more)

    dataset, broken = begin(RECIPES["search"], write_parts(tmp_path))
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(phase_trainer, "training_batches", training_batches)
            with pytest.raises(Interrupted):
                run.train(RECIPES["search"], dataset, broken)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert (
        Checkpoints(broken.checkpoints).load().about["epochs"] == 2
    )  # that of the search isn't over
    keras.utils.clear_session()
    run.train(RECIPES["search"], dataset, broken)
    assert_same_bits(whole["search"], broken)


def test_a_search_that_keeps_the_rate_changes_no_bit(tmp_path):
    """Beside a table that is constant after the same warm-up, whose updates are of two batches."""
    never = replace(SEARCH, every_epochs=1, trial_steps=2, min_delta=1e9)
    optimizer = replace(OPTIMIZER, accumulate=2)
    metrics = []
    for schedule in (never, Constant(warmup_epochs=never.warmup_epochs)):
        folder = tmp_path / type(schedule).__name__
        folder.mkdir()
        recipe = replace(SMALL, schedule=schedule, optimizer=optimizer)
        directory, _ = complete(recipe, write_parts(folder))
        assert rates(directory) == pytest.approx([0.2] * 3)
        metrics.append(metrics_without_times(directory))
    assert metrics[0] == metrics[1]
