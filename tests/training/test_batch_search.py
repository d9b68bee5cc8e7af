"""The search of `find-batch` and what it prints, on attempts whose outcomes are made up."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from keras_recipes import MLP, Adam, Call, Digits, Recipe
from keras_recipes.cli import find_batch
from keras_recipes.cli.batch_sizes import print_advice, print_attempts, print_table
from keras_recipes.errors import RecipeError
from keras_recipes.recipe.load import Loaded
from keras_recipes.training import batch_attempts
from keras_recipes.training.batch_attempts import Attempt, AttemptFailed
from keras_recipes.training.batch_search import Update, make_up_update, search_batch_sizes


class MadeUp:
    """Attempts that fit up to `limit` images, up to `accumulated` where gradients are added up."""

    def __init__(self, limit, accumulated=0, images=4096, devices=1, refusal=""):
        self.limits = {False: limit, True: accumulated}
        self.images, self.devices, self.refusal, self.tried = images, devices, refusal, []

    def run(self, size, long=False, accumulated=False):
        self.tried.append((size, accumulated))
        assert size % self.devices == 0
        refused = bool(accumulated and self.refusal)
        fits = size <= self.limits[accumulated] and not refused
        reason = "" if fits else self.refusal if refused else "ended"
        return Attempt(
            batch_size=size, fits=fits, reason=reason, peak=2**20 * size, refused=refused,
            seconds=(0.1,) * 3 if fits else (),
        )  # fmt: skip


def search(attempts, wanted=None, start=16, most=4096):
    found, told = {}, []
    how = {"tell": lambda done, special: told.append((done.batch_size, special))}
    largest = search_batch_sizes(attempts, found, start=start, most=most, **how)
    update = make_up_update(attempts, found, wanted, **how) if wanted else None
    assert len(told) == len(attempts.tried)
    return largest, update, found


def test_batches_of_an_update_are_tried_with_gradients_accumulated():
    attempts = MadeUp(limit=384, accumulated=200)
    largest, update, _ = search(attempts, wanted=1024)
    assert (largest, attempts.tried[-2:]) == (384, [(256, True), (128, True)])
    assert update == Update(1024, 128, 8)
    # What fits as one batch needs none, though it was not among the sizes that were tried.
    assert search(MadeUp(limit=600), wanted=300)[1] == Update(300, 300, 1)
    assert search(MadeUp(limit=600), wanted=600, most=64)[1] == Update(600, 600, 1)


def test_an_update_that_no_division_makes_up():
    attempts = MadeUp(limit=40)
    assert search(attempts, wanted=64)[1] == Update(64, 1, 64, "ended")
    attempts = MadeUp(limit=40, refusal="not on two devices")
    assert search(attempts, wanted=64)[1] == Update(64, 32, 2, "not on two devices")
    assert attempts.tried.count((32, True)) == 1


@pytest.mark.parametrize("devices", [1, 3, 8])
def test_devices_share_every_size(devices):
    attempts = MadeUp(limit=1000, images=4000, devices=devices)
    largest, _, found = search(attempts)
    assert largest % devices == 0
    assert not found[min(size for size in found if size > largest)].fits
    assert search(MadeUp(limit=5000, images=100, devices=devices))[0] == 100 // devices * devices
    for wanted in (4001 * devices, 100 * devices + 1)[: 2 if devices > 1 else 1]:
        with pytest.raises(RecipeError, match="--wanted is"):
            search(attempts, wanted=wanted)
    if devices > 2:
        with pytest.raises(RecipeError, match="--most leaves 2 images for"):
            search(attempts, most=2)


def printed(capsys, recipe, found, update=None):
    loaded = Loaded(recipe=recipe, path=Path("x.py"), variant="recipe", variants={})
    print_table(found, "x", None)
    knee = print_attempts(found, 4096, 1000)
    print_advice(loaded, "keras-recipes run x.py", found, knee, update, 1000)
    return capsys.readouterr().out


def test_what_is_printed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    recipe = Recipe(
        data=Digits(), model=MLP(), optimizer=Adam(accumulate=4), epochs=10, batch_size=16
    )
    _, update, found = search(MadeUp(limit=64, accumulated=64, images=1000), wanted=256)
    found[32] = replace(found[32], seconds=())
    text = printed(capsys, recipe, found, update)
    assert "of memory" not in text
    assert text.count("images/s") == 1
    assert "to train with 64\n" in text
    assert "1 x 64 = 64 images an update, 64 in the recipe" in text
    assert "--set batch_size=64 --set optimizer.learning_rate=0.004" in text
    # No pace at all: the largest is advised.
    text = printed(
        capsys, recipe, {size: replace(each, seconds=()) for size, each in found.items()}
    )
    assert "knee               not known" in text
    assert "to train with 64\n" in text
    own = replace(recipe, optimizer=Call("parts.py:mine", learning_rate=0.1))
    text = printed(capsys, own, found, replace(update, reason="refused: it is so"))
    assert "The recipe can't: optimizer is parts.py:mine, which alone" in text
    assert "gradient_accumulation_steps=4" in text
    text = printed(capsys, recipe, found, replace(update, reason="not on [2] devices"))
    assert "The recipe can't: not on [2] devices" in text


def test_what_was_found_is_told_before_an_error(capsys, monkeypatch, root, tmp_path):
    class Failing(MadeUp):
        limit = None

        def __init__(self, *_, **__):
            super().__init__(4096)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def run(self, size, **how):
            if size > 8:
                raise AttemptFailed("it broke")
            return super().run(size, **how)

    monkeypatch.setattr(batch_attempts, "BatchAttempts", Failing)
    parser = argparse.ArgumentParser()
    find_batch.add_arguments(parser)
    target = f"{root / 'recipes' / 'digits_mlp.py'}:recipe"
    out = str(tmp_path / "x.png")
    assert find_batch.run(parser.parse_args([target, "--start", "8", "--out", out])) == 1
    told = capsys.readouterr()
    assert "80" in told.out
    assert "error: it broke" in told.err
    # --most alone: the first size is no larger.
    assert not find_batch.run(parser.parse_args([target, "--most", "8", "--out", out]))
    assert "largest that fits  8" in capsys.readouterr().out
