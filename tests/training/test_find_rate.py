"""Rates found for a recipe: tested as a run would train, and stated so that a run has them."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from keras_recipes import (
    MLP,
    SGD,
    AdamW,
    Call,
    Cosine,
    CrossEntropy,
    Digits,
    Lion,
    MixUp,
    Muon,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
)
from keras_recipes.recipe import resolve_phases
from keras_recipes.recipe.override import override
from keras_recipes.training import run
from keras_recipes.training.find_rate import find_rate
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.job import Job
from keras_recipes.training.learning_rates import (
    assignments_for_peak,
    peak_rate,
    require_peak_in_use,
)

SMALL = Recipe(
    data=Digits(train_examples=600),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.4)),
    model=MLP(hidden_units=(32,), dropout=0.2),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=SGD(learning_rate=0.1, weight_decay=1e-3),
    schedule=Cosine(warmup_epochs=1),
    epochs=3,
    batch_size=32,
)
OPTIMIZERS = {
    "scaled with the batch size": SGD(learning_rate=0.3, reference_batch_size=256),
    "scaled with accumulated batches": SGD(reference_batch_size=128, accumulate=4),
    "as it stands": AdamW(),
    "Lion": Lion(reference_batch_size=512),
    "a Call": Call("keras.optimizers:Adam", learning_rate=1, gradient_accumulation_steps=2),
    "a second rate": Muon(reference_batch_size=1000),
}


@pytest.mark.parametrize("own", [False, True], ids=["recipe's", "phase's"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("found", [3.14159e-5, 0.0277, 12.34])
def test_what_is_to_be_set_gives_the_rate_that_was_found(optimizer, own, found):
    if own:
        phases = (Phase(name="a"), Phase(name="b", optimizer=optimizer))
        recipe, index, other = replace(SMALL, phases=phases), 1, 0
    else:
        phases = (Phase(name="a"), Phase(name="b", optimizer=SGD(learning_rate=0.7)))
        recipe, index, other = replace(SMALL, optimizer=optimizer, phases=phases), 0, 1
    assignments = assignments_for_peak(recipe, index, found)
    changed = override(recipe, assignments)
    before, after = resolve_phases(recipe), resolve_phases(changed)
    assert peak_rate(after[index], 32) == pytest.approx(found, rel=0.05)
    assert after[other] == before[other]
    text = assignments[0].partition("=")[2]
    assert float(text) == float(f"{float(text):.2g}")
    if isinstance(optimizer, Muon):  # AdamW's rate keeps its share of it, as in the test
        one, two = before[index].optimizer, after[index].optimizer
        ratio = one.adam_learning_rate / one.learning_rate
        assert two.adam_learning_rate / two.learning_rate == pytest.approx(ratio, rel=0.1)


def first_loss_of_a_run(recipe, dataset, folder):
    """Of the first batch, before anything is trained, so the same at any rate."""

    class Display(keras.callbacks.Callback):
        def begin_phase(self, *about):
            pass

        def on_train_batch_end(self, batch, logs=None):
            self.loss = logs["loss"]
            raise Interrupted

    directory = run.start(
        Job(name="small", recipe=recipe), dataset, folder, sources=folder, command=["test"]
    )
    display = Display()
    with pytest.raises(Interrupted):
        run.train(recipe, dataset, directory, display=[display])
    return display.loss


def find(recipe, dataset, folder, **options):
    speed = run.choose_speed_on(("CPU:0",), recipe.precision)
    options = {"min_lr": 1e-5, **options}
    return find_rate(recipe, dataset, folder, speed, **options)


def test_a_test_begins_as_a_run_does_with_a_seed_of_its_own(tmp_path):
    dataset = SMALL.data.build()
    told = []
    found = find(SMALL, dataset, tmp_path, repeats=2, tell=lambda *each: told.append(each))
    assert 0.003 < found.rate < 3
    assert [seed for seed, _ in told] == [0, 1]
    assert sorted(each.rate for _, each in told) == [found.low, found.high]
    for seed, curve in enumerate(found.curves):
        one = replace(SMALL, seed=seed)
        assert curve.losses[0] == first_loss_of_a_run(one, dataset, tmp_path)
    # Nothing of a test before is in the next.
    (alone,) = find(replace(SMALL, seed=1), dataset, tmp_path, repeats=1).curves
    assert alone.losses.tolist() == found.curves[1].losses.tolist()


def test_a_later_phase_has_its_own_parts_and_accumulated_batches_are_one_update(tmp_path):
    dataset = SMALL.data.build()
    own = {"augment": (), "loss": CrossEntropy()}
    phases = (Phase(name="a"), Phase(name="b", optimizer=SGD(accumulate=3), **own))
    recipe = replace(SMALL, phases=phases, model=MLP(hidden_units=(32,)), precision="float32")
    (curve,) = find(recipe, dataset, tmp_path, phase=1, repeats=1, steps=20).curves
    large = replace(recipe, phases=(Phase(),), optimizer=SGD(), batch_size=96, **own)
    (same,) = find(large, dataset, tmp_path, repeats=1, steps=20).curves
    # The first three batches are the first of three times the size; 18 make an epoch, or 6.
    np.testing.assert_allclose(curve.losses[:6], same.losses[:6], rtol=1e-3)


def test_one_batch_of_images_is_refused(tmp_path):
    recipe = replace(SMALL, batch_size=400)
    with pytest.raises(RecipeError, match="batch_size is 400, and the 600 training images"):
        find(recipe, recipe.data.build(), tmp_path)


def test_an_optimizer_that_changes_its_rate_is_refused(tmp_path):
    (tmp_path / "parts.py").write_text(
        "import keras\n\n"
        "def halved(learning_rate):\n    return keras.optimizers.SGD(learning_rate / 2)\n\n"
        "def several(learning_rate):\n"
        "    one = keras.optimizers.SGD(learning_rate)\n"
        "    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(one))\n"
    )
    dataset = SMALL.data.build()
    halved = replace(SMALL, optimizer=Call("parts.py:halved", learning_rate=0.1))
    with pytest.raises(RecipeError, match="has a rate of 0.05 when it is given 0.1"):
        find(halved, dataset, tmp_path)
    several = replace(SMALL, optimizer=Call("parts.py:several", learning_rate=0.1))
    with pytest.raises(RecipeError, match="optimizer must have one learning rate"):
        find(several, dataset, tmp_path)


def test_a_rate_that_would_change_nothing_is_not_looked_for(tmp_path):
    (tmp_path / "parts.py").write_text(
        "import numpy as np\n\n"
        "def fixed(steps):\n    return np.linspace(1, 0, steps)\n\n"
        "def falling(peak, steps):\n    return np.linspace(peak, 0, steps)\n"
    )
    fixed = replace(SMALL, schedule=Call("parts.py:fixed"))
    with pytest.raises(RecipeError, match="schedule is .* takes no heed of peak"):
        require_peak_in_use(fixed, 0, tmp_path)
    require_peak_in_use(replace(SMALL, schedule=Call("parts.py:falling")), 0, tmp_path)
    call = Call("keras_recipes.callbacks:CosineDecay", learning_rate=0.1)
    with pytest.raises(RecipeError, match="callbacks.0 is CosineDecay, which sets rates of its"):
        require_peak_in_use(replace(SMALL, schedule=None, callbacks=(call,)), 0, tmp_path)
    call = Call("keras.callbacks:LearningRateScheduler", schedule=Call("parts.py:fixed", steps=3))
    with pytest.raises(RecipeError, match="callbacks.0 is LearningRateScheduler, which sets"):
        require_peak_in_use(replace(SMALL, schedule=None, callbacks=(call,)), 0, tmp_path)
    call = Call("keras_recipes.callbacks:PlateauLR")  # it begins at the optimizer's rate
    require_peak_in_use(replace(SMALL, schedule=None, callbacks=(call,)), 0, tmp_path)
