"""How the end of an attempt is told: what fits, what memory ended, and what is another error."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from keras_recipes import MLP, Call, Digits, MixUp, Recipe
from keras_recipes.errors import RecipeError
from keras_recipes.training import batch_attempts
from keras_recipes.training.batch_attempt import outcome_of
from keras_recipes.training.batch_attempts import AttemptFailed, BatchAttempts
from keras_recipes.training.limited_process import Ended

RECIPE = Recipe(data=Digits(train_examples=100), model=MLP(hidden_units=(8,)), epochs=2)
ENDS = {
    # batch size: how its process ends, its outcome, what it prints
    8: (Ended(0, 500, False), {"seconds": [0.1, 0.2], "gpu_peak": None}, ""),
    9: (Ended(-9, 900, True), None, ""),
    10: (Ended(-9, 800, False), None, ""),
    11: (Ended(-6, 800, False), None, "what():  std::bad_alloc"),
    12: (Ended(0, 700, False), {"memory": "OOM when allocating tensor"}, ""),
    13: (Ended(0, 600, False), {"refused": ["schedule.at", "is wrong", "Mend it."]}, ""),
    14: (Ended(1, 600, False), None, "Traceback\nNameError: name 'x' is not defined"),
}


@pytest.fixture
def attempts(monkeypatch, tmp_path):
    """Attempts whose processes end as `ENDS` says."""
    monkeypatch.setenv("KERAS_RECIPES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(batch_attempts, "hide_gpus", lambda: None)  # a process can do so once

    asked = []

    def run_limited(command, *, limit, environment, output):
        request = json.loads(Path(command[-1]).read_text())
        asked.append(request)
        ended, outcome, printed = ENDS[int(request["assignments"][0].removeprefix("batch_size="))]
        if outcome is not None:
            (Path(command[-1]).parent / "outcome.json").write_text(json.dumps(outcome))
        output.write(printed.encode())
        return ended

    monkeypatch.setattr(batch_attempts, "run_limited", run_limited)
    with BatchAttempts(RECIPE, tmp_path, memory_limit=1000, steps=3, phase="train") as made:
        made.asked = asked
        yield made
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_fits_and_what_does_not(attempts):
    assert (attempts.images, attempts.limit) == (100, 1000)
    fits = attempts.run(8)
    assert (fits.fits, fits.peak, fits.seconds) == (True, 500, (0.1, 0.2))
    for size, reason in (
        (9, "ended at"),
        (10, "ended by the system (exit code -9)"),
        (11, "ended by the system (exit code -6)"),
        (12, "OOM when allocating tensor"),
        (13, "refused: schedule.at is wrong"),
    ):
        done = attempts.run(size)
        assert not done.fits
        assert done.reason.startswith(reason)
        assert done.seconds == ()
        assert done.refused is (size == 13)


def test_an_attempt_that_accumulates(attempts):
    assert attempts.run(8, accumulated=True).fits
    assert attempts.asked[-1]["assignments"] == ["batch_size=8", "optimizer.accumulate=2"]
    attempts._recipe = replace(RECIPE, optimizer=Call("parts.py:mine", learning_rate=0.1))
    assert attempts.run(8).fits
    done = attempts.run(8, accumulated=True)
    assert (done.fits, done.refused, len(attempts.asked)) == (False, True, 2)


def test_the_limit_of_a_gpu_is_not_that_of_its_process(attempts, monkeypatch, tmp_path):
    monkeypatch.setattr(batch_attempts, "training_devices", lambda: ("GPU:0", "GPU:1"))
    for given in (None, 2**50):
        with BatchAttempts(RECIPE, tmp_path, memory_limit=given, steps=3, phase="train") as made:
            assert (made.limit, made.on_gpu, made.devices) == (given, True, 2)
            assert made.run(8).peak is None  # the outcome tells none
            over = made.run(9)
            assert (over.fits, over.peak) == (False, None)  # 900 bytes of the process, not the GPU
            assert attempts.asked[-1]["gpu_limit"] == given


def test_a_mistake_in_the_recipe_shows_in_the_first_attempt(attempts):
    with pytest.raises(RecipeError, match="schedule.at is wrong. Mend it."):
        attempts.run(13)


def test_another_error_is_told_with_what_it_printed(attempts):
    with pytest.raises(AttemptFailed, match="exit code 1:\nTraceback\nNameError: name 'x'"):
        attempts.run(14)


def test_a_limit_above_what_is_free(tmp_path):
    with (
        pytest.raises(RecipeError, match="--memory-limit is .* GiB are free"),
        BatchAttempts(RECIPE, tmp_path, memory_limit=2**50, steps=3, phase="train"),
    ):
        pass


def request(tmp_path, model, **changes):
    recipe = replace(RECIPE, model=model, **changes)
    with BatchAttempts(recipe, tmp_path, memory_limit=None, steps=2, phase="train") as made:
        yield {
            "recipe": str(made._written.recipe_file), "steps": 2, "epochs": 2, "phase": "train",
            "assignments": ["batch_size=16", "optimizer.accumulate=2"], "in_memory": False,
            "gpu_limit": None, "folder": str(tmp_path),
        }  # fmt: skip


def test_a_short_run_within_this_process(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_attempts, "hide_gpus", lambda: None)
    (tmp_path / "part.py").write_text("def model(num_classes):\n    return 1 / 0\n")
    for each in request(tmp_path, Call("part.py:model")):
        refused = outcome_of(each)["refused"]
        assert "division by zero" in " ".join(refused)
    for each in request(tmp_path, MLP(hidden_units=(8,)), augment=(MixUp(0.4),)):
        seconds = outcome_of(each)["seconds"]
        assert 2 <= len(seconds) <= 200
        assert all(0 < second < 60 for second in seconds)
        (run,) = tmp_path.glob("attempt-*/best.keras")
        assert list((run.parent / "checkpoints").glob("*.npz"))
