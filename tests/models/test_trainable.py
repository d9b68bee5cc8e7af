"""What trains and what stands still, batch normalisation's statistics included."""

import keras
import numpy as np
import pytest

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


@pytest.mark.parametrize(
    ("layers", "says"),
    [(4, "from 1 to 3; got 4"), (0, "from 1 to 3; got 0"), (True, "got True"),
     ("no_such", "no layer's name matches"), ("(", "no regular expression")],
)  # fmt: skip
def test_what_is_not_there_is_refused(layers, says):
    with pytest.raises(RecipeError, match=says):
        set_trainable(cifar_resnet((8, 8, 3), 4, depth=8, width=4), layers)
