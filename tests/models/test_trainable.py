"""What trains and what stands still, batch normalisation's statistics included."""

import keras
import numpy as np
import pytest
from composite_layers import conv_blocks, encoder

from keras_recipes.errors import RecipeError
from keras_recipes.models import cifar_resnet, set_trainable

IMAGES = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 3)).astype("float32")
LABELS = np.arange(16) % 4


def moved_by_fit(layers):
    """Paths of the weights that an epoch changes."""
    keras.utils.clear_session()  # so that layers are called the same each time
    keras.utils.set_random_seed(0)
    model = cifar_resnet((8, 8, 3), 4, depth=8, width=4)
    set_trainable(model, layers)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = model.get_weights()
    model.fit(IMAGES, LABELS, verbose=0)
    pairs = zip(model.weights, before, strict=True)
    return {each.path for each, old in pairs if (np.array(each) != old).any()}


def test_the_head_alone():
    assert moved_by_fit("head") == {"logits/kernel", "logits/bias"}


def test_the_last_stage_with_its_statistics():
    moved = moved_by_fit(1)
    stages = moved_by_fit("all")
    assert {"logits/kernel"} < moved < stages
    # Two convolutions of three arrays in the last stage: kernels, and normalisation's four.
    assert len(moved) == 2 + 2 * (1 + 4)


def test_a_name_and_everything_again():
    model = cifar_resnet((8, 8, 3), 4, depth=8, width=4)
    everything = len(model.trainable_weights)
    names = [each.name for each in model.layers if "conv" in each.name]
    set_trainable(model, f"^{names[-1]}$")
    assert {each.path for each in model.trainable_weights} == {
        f"{names[-1]}/kernel", "logits/kernel", "logits/bias",
    }  # fmt: skip
    set_trainable(model, "all")
    assert len(model.trainable_weights) == everything


@pytest.mark.parametrize(("statistics", "moved"), [("inference", 0), ("training", 4)])
def test_normalisation_within_a_layer_stands_still_or_moves(statistics, moved):
    model = conv_blocks()
    set_trainable(model, "all", batch_normalization=statistics)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    inside = [each for each in model.weights if "statistics" in each.path]
    kernels = [each for each in model.weights if "convolution/kernel" in each.path]
    before = [np.array(each) for each in [*inside, *kernels]]
    images = np.repeat(np.repeat(IMAGES, 2, axis=1), 2, axis=2)
    model.fit(images, LABELS % 2, verbose=0)
    pairs = zip([*inside, *kernels], before, strict=True)
    changed = [each.path for each, old in pairs if (np.array(each) != old).any()]
    assert sum("kernel" in each for each in changed) == len(kernels) == 2
    assert len(inside) == 8
    assert sum("moving" in each for each in changed) == moved
    assert any("gamma" in each for each in changed) == (statistics == "training")


def test_the_last_blocks_of_an_encoder_train_alone():
    model = encoder(depth=3)
    set_trainable(model, 1)
    assert {
        each.path.split("/")[-3] for each in model.trainable_weights if "block" in each.path
    } == {"block_2"}
    set_trainable(model, "^patches$")
    assert {each.name for each in model.trainable_weights} == {"class_token", "kernel", "bias"}
    assert len(model.trainable_weights) == 3 + 2
    set_trainable(model, "head")
    assert len(model.trainable_weights) == 2


@pytest.mark.parametrize(
    ("layers", "says"),
    [(4, "from 1 to 3; got 4"), (0, "from 1 to 3; got 0"), (True, "got True"),
     ("no_such", "no layer's name matches"), ("(", "no regular expression")],
)  # fmt: skip
def test_what_is_not_there_is_refused(layers, says):
    with pytest.raises(RecipeError, match=says):
        set_trainable(cifar_resnet((8, 8, 3), 4, depth=8, width=4), layers)
