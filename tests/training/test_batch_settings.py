"""What goes with a batch size: rates worked by hand, and every assignment loads."""

from dataclasses import replace
from pathlib import Path

import pytest

from keras_recipes import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Call,
    Constant,
    Cosine,
    Digits,
    MultiStep,
    Muon,
    OneCycle,
    Phase,
    Recipe,
)
from keras_recipes.errors import RecipeError
from keras_recipes.recipe import resolve_phases
from keras_recipes.recipe.override import override
from keras_recipes.training.batch_settings import batch_settings
from keras_recipes.training.learning_rates import peak_rate

BASE = Recipe(
    data=Digits(), model=MLP(), optimizer=SGD(learning_rate=0.2), schedule=Cosine(), epochs=30
)


def settings(recipe, size, accumulate=1, images=45_000):
    found = batch_settings(recipe, size, accumulate, images, Path())
    changed = override(recipe, found.assignments)
    assert changed.batch_size == size
    override(recipe, found.assignments + found.root_assignments)
    return found, changed


def test_a_rate_with_a_reference_scales_by_itself():
    found, changed = settings(BASE, 512)
    assert found.assignments == ("batch_size=512", "schedule.warmup_epochs=5.0")
    assert peak_rate(resolve_phases(changed)[0], 512) == pytest.approx(0.8)
    assert "0.2 at 128 images an update, 0.8 at 512" in found.notes[0]
    assert found.root_assignments == ()
    # The root of 16 is 4, by which the rate grows in the end.
    optimizer = Adam(learning_rate=1e-3, reference_batch_size=64)
    recipe = replace(BASE, optimizer=optimizer, batch_size=64)
    found, changed = settings(recipe, 512, 2)
    assert peak_rate(resolve_phases(changed)[0], 512) == pytest.approx(0.016)
    rooted = override(changed, found.root_assignments)
    assert peak_rate(resolve_phases(rooted)[0], 512) == pytest.approx(0.004)


def test_a_rate_without_one_is_multiplied_and_its_root_is_offered():
    recipe = replace(BASE, optimizer=AdamW(learning_rate=1e-3), batch_size=64)
    found, changed = settings(recipe, 1024)
    assert found.assignments[1] == "optimizer.learning_rate=0.016"
    assert found.root_assignments == ("optimizer.learning_rate=0.004",)
    plain = replace(BASE, optimizer=SGD(learning_rate=0.2, reference_batch_size=None))
    assert settings(plain, 64)[0].assignments == ("batch_size=64", "optimizer.learning_rate=0.1")
    assert settings(plain, 64)[0].root_assignments == ()


def test_both_rates_of_muon_grow():
    found, _ = settings(replace(BASE, optimizer=Muon(), batch_size=64), 256)
    assert "optimizer.learning_rate=0.08" in found.assignments
    assert "optimizer.adam_learning_rate=0.0012" in found.assignments


def test_accumulated_batches_count_as_one_update():
    found, changed = settings(BASE, 256, 4)
    assert found.assignments[:2] == ("batch_size=256", "optimizer.accumulate=4")
    assert peak_rate(resolve_phases(changed)[0], 256) == pytest.approx(1.6)
    # An update of as many images as before changes no rate.
    accumulating = replace(BASE, optimizer=SGD(accumulate=4))
    found, changed = settings(accumulating, 512, 1)
    assert found.assignments == ("batch_size=512", "optimizer.accumulate=1")
    assert peak_rate(resolve_phases(changed)[0], 512) == 0.4
    assert found.notes == ()


def test_a_recipe_that_accumulates_keeps_its_images_an_update():
    recipe = replace(BASE, optimizer=Adam(accumulate=8), batch_size=32)
    for size, batches, update in ((32, 8, 256), (64, 4, 256), (48, 6, 288), (512, 1, 512)):
        found, changed = settings(recipe, size, None)
        assert changed.optimizer.accumulate == batches
        assert changed.optimizer.learning_rate == pytest.approx(1e-3 * update / 256)
        assert f"{batches} x {size} = {update} images an update, 256 in" in found.notes[0]
    assert settings(recipe, 32, None)[0].assignments == ()
    # One that does not is trained with what is asked for.
    found, changed = settings(BASE, 32, None)
    assert (changed.optimizer.accumulate, found.assignments) == (1, ("batch_size=32",))


def test_a_function_of_ones_own_accumulates_as_it_is_written():
    own = Call("parts.py:mine", learning_rate=0.1)
    with pytest.raises(
        RecipeError, match=r"mine, which alone says .*gradient_accumulation_steps=4"
    ):
        settings(replace(BASE, optimizer=own), 128, 4)
    assert settings(replace(BASE, optimizer=own), 256)[0].assignments[0] == "batch_size=256"
    told = Call("parts.py:mine", learning_rate=0.1, gradient_accumulation_steps=2)
    found, _ = settings(replace(BASE, optimizer=told), 128, 4)
    assert found.assignments[0] == "optimizer.gradient_accumulation_steps=4"


def test_keras_own_optimizers_are_set_by_their_arguments():
    called = Call("keras.optimizers:Adam", learning_rate=1e-3)
    found, _ = settings(replace(BASE, optimizer=called), 256, 2)
    assert found.assignments[1:3] == (
        "optimizer.gradient_accumulation_steps=2",
        "optimizer.learning_rate=0.004",
    )
    accumulating = Call("keras.optimizers:SGD", learning_rate=0.1, gradient_accumulation_steps=2)
    found, _ = settings(replace(BASE, optimizer=accumulating), 512)
    assert found.assignments[1] == "optimizer.gradient_accumulation_steps=None"
    assert found.root_assignments == ()


@pytest.mark.parametrize(
    ("schedule", "epochs", "assignment"),
    [
        (Cosine(warmup_epochs=1), 30, "schedule.warmup_epochs=5.0"),
        (Cosine(warmup_epochs=6), 30, None),
        (Cosine(), 10, "schedule.warmup_epochs=2.0"),  # a fifth of a short training
        (None, 30, "schedule=Constant(warmup_epochs=5.0)"),
        (Constant(), 30, "schedule.warmup_epochs=5.0"),
        (OneCycle(), 30, None),  # its rise is its warm-up
        (MultiStep(at=(0.1, 0.5)), 30, None),  # the rate falls after three epochs
    ],
)
def test_the_warm_up(schedule, epochs, assignment):
    found, _ = settings(replace(BASE, schedule=schedule, epochs=epochs), 512)
    assert found.assignments == ("batch_size=512", *([assignment] if assignment else []))
    # Smaller batches have smaller rates, which need no more warm-up than there is.
    assert settings(replace(BASE, schedule=schedule, epochs=epochs), 64)[0].assignments == (
        "batch_size=64",
    )


def test_each_phase_that_states_an_optimizer_is_told():
    phases = (Phase(name="a"), Phase(name="b", optimizer=Adam(accumulate=2), epochs=10))
    found, changed = settings(replace(BASE, phases=phases), 256)
    assert found.assignments == (
        "batch_size=256",
        "phases.1.optimizer.accumulate=1",
        "schedule.warmup_epochs=2.0",
    )
    assert [peak_rate(each, 256) for each in resolve_phases(changed)] == [0.4, 1e-3]


def test_nothing_to_change():
    assert settings(BASE, 128)[0].assignments == ()


def test_what_no_setting_mends_is_told():
    with pytest.raises(RecipeError, match="optimizer.accumulate"):
        batch_settings(replace(BASE, epochs=1), 512, 8, 1024, Path())
