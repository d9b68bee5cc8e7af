"""TensorFlow's switch for deterministic operations, on for a recipe that asks for it alone."""

from dataclasses import replace

import pytest
import tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled
from whole_run import Observer, complete, metrics_without_times

from keras_recipes import MLP, Digits, PaddedCrop, Recipe, RecipeError
from keras_recipes.training.determinism import op_determinism

RECIPE = Recipe(
    data=Digits(train_examples=300),
    augment=(PaddedCrop(1, mode="constant"),),
    model=MLP(hidden_units=(8,), dropout=0.2),
    epochs=2,
    batch_size=32,
    precision="float32",
)


class Sees(Observer):
    """A display that notes whether the switch is on as it trains."""

    def on_train_batch_end(self, batch, logs=None):
        self.seen = is_op_determinism_enabled()


@pytest.mark.parametrize("wanted", [False, True])
def test_a_run_switches_it_on_and_off(tmp_path, wanted):
    display = Sees()
    recipe = replace(RECIPE, deterministic=wanted)
    directory, _ = complete(recipe, tmp_path / "one", display=[display])
    assert display.seen is wanted
    assert not is_op_determinism_enabled()
    again, _ = complete(recipe, tmp_path / "two")
    assert metrics_without_times(directory) == metrics_without_times(again)


def test_what_has_no_deterministic_form_is_told():
    from tensorflow.python.eager import context

    before = context.global_seed()
    try:
        context.context()._seed = None
        with (
            pytest.raises(
                RecipeError, match="deterministic can't be had: .*determinism is enabled"
            ),
            op_determinism(True),
        ):
            tf.random.uniform([3])
    finally:
        context.context()._seed = before
    assert not is_op_determinism_enabled()


def test_other_errors_stay_as_they_are():
    with pytest.raises(RuntimeError, match="something else"), op_determinism(True):
        raise RuntimeError("something else")
