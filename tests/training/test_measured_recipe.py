"""The noise scale of a recipe: measured on a training that is to the bit what `run` does."""

import json

import pytest

from keras_recipes import MLP, SGD, Cosine, CrossEntropy, Digits, MixUp, Phase, Recipe
from keras_recipes.training.fit import fit_recipe
from keras_recipes.training.noise_scale import (
    _Batches,
    _MeasuredEnough,
    _PhaseMeter,
    measure_noise_scale,
)
from keras_recipes.training.precision import Speed
from keras_recipes.training.run_directory import RunDirectory

RECIPE = Recipe(
    data=Digits(train_examples=300),
    augment=(MixUp(0.4),),
    model=MLP(hidden_units=(16,), dropout=0.2),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=SGD(learning_rate=0.05),
    schedule=Cosine(),
    batch_size=32,
    phases=(
        Phase(name="plain", epochs=1, augment=()),
        Phase(name="mixed", epochs=4, mixup_off_epochs=2),
        Phase(name="last", epochs=1),
    ),
)
SPEED = Speed(
    precision="float32", jit_compile=False, fused_batch_normalization=False, reason="a test"
)


def epochs_of(directory):
    """What was logged of each epoch, but for its time."""
    lines = (directory.path / "metrics.jsonl").read_text().splitlines()
    timed = ("seconds", "images_per_second")
    return [{k: v for k, v in json.loads(each).items() if k not in timed} for each in lines]


@pytest.fixture(scope="module")
def dataset():
    return RECIPE.data.build()


def test_it_measures_in_its_phase_and_leaves_the_training_as_it_is(dataset, tmp_path):
    plain = RunDirectory.create(tmp_path, "plain", RECIPE, tmp_path)
    fit_recipe(RECIPE, dataset, plain, SPEED)
    measured = RunDirectory.create(tmp_path, "measured", RECIPE, tmp_path)
    found = measure_noise_scale(
        RECIPE, dataset, measured, SPEED,
        phase="mixed", epochs=3, measurements=9, small_batch=16, factor=8,
    )  # fmt: skip
    assert epochs_of(measured) == epochs_of(plain)[:4]
    assert [each.step for each in found.history] == list(range(0, 27, 3))  # 9 steps an epoch
    assert {each.freedom for each in found.history} == {7}
    assert found.over_training().whole.value > 0
    # It is measured on mixed images as long as it trains on them: in two of the three epochs.
    labels = [each.numpy().max(axis=1) for _, each in found._draw._data]
    assert [bool((each < 0.999).any()) for each in labels] == [True] * 48 + [False] * 24


def test_a_phase_measured_whole_ends_before_the_next():
    meter = _PhaseMeter((), "mixed", 4, factor=4)
    meter.begin_phase("plain")
    meter.begin_phase("mixed")
    with pytest.raises(_MeasuredEnough):
        meter.begin_phase("last")


def test_each_epoch_is_measured_on_images_of_its_own_drawn_again_and_again(dataset):
    seen = []

    def augment(images, labels, epoch, step):
        return images, labels

    batches = _Batches(RECIPE, dataset, augment, 32, {3: 20, 4: 0, 5: 20})
    for images, _ in batches:
        seen.append(images.numpy().reshape(32, -1))
    assert len(seen) == 40
    first, second = ({row.tobytes() for part in seen[n : n + 20] for row in part} for n in (0, 20))
    assert first != second
    # 640 draws with replacement from 300 leave some 36 of them out.
    assert 240 < len(first) < 290
    assert [each[0].numpy().sum() for each in batches] == [each.sum() for each in seen]
