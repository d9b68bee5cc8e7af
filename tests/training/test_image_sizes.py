"""Phases on images of sizes of their own: small ones first, the data's own at the end."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from whole_run import Observer, assert_same_bits, begin, complete

from keras_recipes import (
    MLP,
    SGD,
    Call,
    CifarResNet,
    Digits,
    MixUp,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
)
from keras_recipes.training import run
from keras_recipes.training.build import build_model
from keras_recipes.training.image_size import for_image_size
from keras_recipes.training.interrupt import Interrupted
from keras_recipes.training.precision import Device, choose_speed

GROWING = Recipe(
    data=Digits(train_examples=300),
    augment=(PaddedCrop(1, mode="constant"), MixUp(0.4)),
    model=CifarResNet(depth=8, width=4, dropout=0.3),
    optimizer=SGD(learning_rate=0.1),
    epochs=2,
    batch_size=32,
    precision="float32",
    phases=(
        Phase(name="small", image_size=(4, 6)),
        Phase(name="larger", image_size=(6, 6), trainable=r"^conv2d"),
        Phase(name="own", trainable="all"),
    ),
)
SPEED = choose_speed(Device(kind="CPU", name="a CPU"), "float32")


class Sizes(Observer):
    """A display that notes the size of the images of each epoch, and the layers that train."""

    def __init__(self, interrupt_in=None):
        super().__init__(interrupt_in)
        self.sizes, self.training = [], []

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch)
        self.sizes.append(self.model.input_shape[1:3])
        self.training.append([each.name for each in self.model.layers if each.trainable_weights])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """(directory, what the display saw) of a whole run of `GROWING`."""
    dataset, directory = begin(GROWING, tmp_path_factory.mktemp("growing"))
    seen = Sizes()
    run.train(GROWING, dataset, directory, display=[seen])
    return directory, seen


def test_each_phase_sees_images_of_its_size_and_the_model_is_for_the_datas_own(whole):
    directory, seen = whole
    assert seen.sizes == [(4, 6)] * 2 + [(6, 6)] * 2 + [(8, 8)] * 2
    assert all(each.startswith(("conv2d", "logits")) for each in seen.training[2])
    assert set(seen.training[2]) < set(seen.training[0]) == set(seen.training[4])
    best = keras.models.load_model(directory.best_model)
    assert best.input_shape == (None, 8, 8, 1)


def test_what_was_best_on_images_of_another_size_is_not_held_against_the_last_ones(whole):
    directory, _ = whole
    assert directory.read_run()["results"]["best_epoch"] in (5, 6)


@pytest.mark.parametrize("interrupt_in", [1, 2, 3])
def test_a_resumed_run_ends_in_the_same_bits(whole, tmp_path, interrupt_in):
    dataset, broken = begin(GROWING, tmp_path)
    with pytest.raises(Interrupted):
        run.train(GROWING, dataset, broken, display=[Observer(interrupt_in)])
    keras.utils.clear_session()
    run.train(GROWING, dataset, broken)
    assert_same_bits(whole[0], broken)


def test_the_new_network_has_the_state_and_the_names_of_the_old_one(tmp_path):
    dataset = GROWING.data.build()
    old = build_model(GROWING, dataset, tmp_path, SPEED)
    for index, each in enumerate(old.variables):
        each.assign(np.full(each.shape, index))
    new = for_image_size(old, GROWING, dataset.of_size((16, 16)), tmp_path, SPEED)
    assert new is not old
    assert new.input_shape == (None, 16, 16, 1)
    assert len(new.variables) > len(new.weights)  # dropout's seed generators
    for before, after in zip(old.variables, new.variables, strict=True):
        assert np.array_equal(before, after)
    assert [each.name for each in new.layers if each.weights] == [
        each.name for each in old.layers if each.weights
    ]
    assert for_image_size(new, GROWING, dataset.of_size((16, 16)), tmp_path, SPEED) is new


ANY_SIZE = """
import keras

def model(input_shape, num_classes):
    inputs = keras.Input((None, None, input_shape[-1]))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    return keras.Model(inputs, keras.layers.Dense(num_classes, dtype="float32")(x))
"""


def test_a_network_for_images_of_any_size_is_the_same_one_throughout(tmp_path):
    (tmp_path / "own.py").write_text(ANY_SIZE)
    recipe = replace(GROWING, model=Call("own.py:model"), phases=(Phase(),))
    model = build_model(recipe, recipe.data.build(), tmp_path, SPEED)
    small = recipe.data.build().of_size((4, 4))
    assert for_image_size(model, recipe, small, tmp_path, SPEED) is model


@pytest.mark.parametrize("index", [0, 1])
def test_weights_that_depend_on_the_size_are_told_before_anything_trains(tmp_path, index):
    phases = [Phase(name=name) for name in ("first", "second", "last")]
    phases[index] = replace(phases[index], image_size=(4, 4))
    recipe = replace(GROWING, model=MLP(hidden_units=(8,)), phases=tuple(phases))
    dataset, directory = begin(recipe, tmp_path)
    with pytest.raises(RecipeError, match=r"would need \[\(16, 8\), \(8,\)\]") as refused:
        run.train(recipe, dataset, directory)
    assert refused.value.where == f"phases.{index}.image_size"
    assert directory.read_metrics() == []


def test_sizes_stand_beside_other_choices_of_a_phase(tmp_path):
    """`Phase(image_size=None)` is the data's own, whatever came before."""
    back = replace(
        GROWING, epochs=1, phases=(Phase(name="a"), Phase(name="b", image_size=(4, 4)), Phase())
    )
    directory, about = complete(back, tmp_path)
    assert about["results"]["best_epoch"] == 3
    assert len(directory.read_metrics()) == 3
