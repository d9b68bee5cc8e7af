"""A file's arrays land in their layers, and what does not fit is named before any is set."""

import os
from pathlib import Path

import keras
import numpy as np
import pytest
from published import small_mobilenet, write_published

from keras_recipes import RecipeError
from keras_recipes.models.weight_file import load_weight_file


def in_order(model):
    return [
        np.array(each)
        for layer in model.layers
        for each in [*layer.trainable_weights, *layer.non_trainable_weights]
    ]


@pytest.mark.parametrize("chunks", [False, True])
def test_every_array_is_set_in_the_order_of_the_format(tmp_path, chunks):
    arrays = write_published(tmp_path / "weights.h5", small_mobilenet(), chunks=chunks)
    model = small_mobilenet()
    load_weight_file(model, tmp_path / "weights.h5")
    for ours, wanted in zip(in_order(model), arrays, strict=True):
        np.testing.assert_array_equal(ours, wanted)


def test_a_classifier_at_the_end_of_the_file_is_left_out(tmp_path):
    whole = keras.applications.MobileNet(weights=None, alpha=0.25, input_shape=(32, 32, 3))
    arrays = write_published(tmp_path / "weights.h5", whole)
    model = small_mobilenet()
    load_weight_file(model, tmp_path / "weights.h5")
    np.testing.assert_array_equal(in_order(model)[-1], arrays[-3])
    assert len(in_order(model)) == len(arrays) - 2


def test_a_layer_that_does_not_fit_is_named_and_nothing_is_set(tmp_path):
    write_published(tmp_path / "weights.h5", small_mobilenet())
    model = keras.applications.MobileNet(
        include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.5
    )
    before = in_order(model)
    with pytest.raises(RecipeError, match=r"layer conv1 has \(3, 3, 3, 16\).* \(3, 3, 3, 8\)"):
        load_weight_file(model, tmp_path / "weights.h5")
    for ours, wanted in zip(in_order(model), before, strict=True):
        np.testing.assert_array_equal(ours, wanted)


def test_a_file_that_ends_too_soon_is_refused(tmp_path):
    whole = small_mobilenet()
    write_published(tmp_path / "weights.h5", keras.Model(whole.input, whole.layers[20].output))
    with pytest.raises(RecipeError, match="the file has nothing in nothing"):
        load_weight_file(small_mobilenet(), tmp_path / "weights.h5")


def test_weights_that_keras_saved_are_read(tmp_path):
    source = small_mobilenet()
    source.save_weights(tmp_path / "own.weights.h5")
    model = small_mobilenet()
    load_weight_file(model, tmp_path / "own.weights.h5")
    for ours, wanted in zip(in_order(model), in_order(source), strict=True):
        np.testing.assert_array_equal(ours, wanted)


def test_weights_that_keras_saved_of_another_network_leave_the_model_as_it_was(tmp_path):
    model = small_mobilenet()
    before = in_order(model)
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(
        tmp_path / "own.weights.h5"
    )
    with pytest.raises(RecipeError, match="do not fit mobilenet"):
        load_weight_file(model, tmp_path / "own.weights.h5")
    for ours, wanted in zip(in_order(model), before, strict=True):
        np.testing.assert_array_equal(ours, wanted)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [("missing.h5", None, "does not exist"), ("text.h5", b"no weights", "can't be read")],
)
def test_no_such_file(tmp_path, name, content, says):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RecipeError, match=says):
        load_weight_file(small_mobilenet(), tmp_path / name)


def test_real_imagenet_weights_are_read_as_the_library_reads_them():
    folder = Path(os.environ.get("KERAS_RECIPES_TEST_DATA", "nowhere"))
    file = folder / "weights" / "mobilenet_2_5_224_tf_no_top.h5"
    if not file.is_file():
        pytest.skip("KERAS_RECIPES_TEST_DATA names no folder with real weights")
    ours, librarys = small_mobilenet(), small_mobilenet()
    load_weight_file(ours, file)
    librarys.load_weights(file)
    for one, other in zip(ours.get_weights(), librarys.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
