"""PaddedCrop cuts exact windows of the padded image, one of its own for each image."""

import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import PaddedCrop
from keras_recipes.errors import RecipeError

IMAGES = np.random.default_rng(0).integers(0, 256, (64, 6, 9, 3)).astype("uint8")


def windows_of(image, padding, **pad_options):
    padded = np.pad(image, [(padding, padding), (padding, padding), (0, 0)], **pad_options)
    height, width = image.shape[:2]
    return {
        (top, left): padded[top : top + height, left : left + width]
        for top in range(2 * padding + 1)
        for left in range(2 * padding + 1)
    }


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize(
    ("options", "pad_options"),
    [
        ({"mode": "reflect"}, {"mode": "reflect"}),
        ({"mode": "constant"}, {"mode": "constant"}),
        ({"mode": "constant", "fill": 7}, {"mode": "constant", "constant_values": 7}),
    ],
)
def test_every_output_is_a_window(options, pad_options, dtype):
    crops = PaddedCrop(padding=2, seed=1, **options)(tf.constant(IMAGES.astype(dtype)))
    assert crops.dtype == tf.float32
    found = set()
    for image, crop in zip(IMAGES, crops.numpy(), strict=True):
        matches = [
            offset
            for offset, window in windows_of(image, 2, **pad_options).items()
            if np.array_equal(window, crop)
        ]
        assert len(matches) == 1
        found.update(matches)
    # 64 draws of 25 windows miss more than 8 with probability below 1e-6.
    assert len(found) >= 17
    assert {top for top, _ in found} == {left for _, left in found} == set(range(5))


def test_largest_padding_that_can_be_mirrored():
    crops = PaddedCrop(padding=5, seed=1)(tf.constant(IMAGES)).numpy()
    for image, crop in zip(IMAGES[:8], crops[:8], strict=True):
        windows = windows_of(image, 5, mode="reflect").values()
        assert any(np.array_equal(window, crop) for window in windows)


def test_plain_tf_data_map_with_unknown_batch_size():
    crop = PaddedCrop(seed=1, mode="constant")
    labels = np.arange(64)
    dataset = tf.data.Dataset.from_tensor_slices({"images": IMAGES, "labels": labels}).batch(24)
    batches = list(dataset.map(crop))
    assert [len(batch["images"]) for batch in batches] == [24, 24, 16]
    assert batches[0]["labels"].dtype == tf.int64
    assert dataset.map(crop).element_spec["images"].shape == (None, 6, 9, 3)
    np.testing.assert_array_equal(np.concatenate([b["labels"] for b in batches]), labels)


def test_config_round_trip():
    layer = PaddedCrop(padding=3, mode="constant", fill=9, seed=4)
    again = PaddedCrop.from_config(layer.get_config())
    np.testing.assert_array_equal(layer(IMAGES), again(IMAGES))


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"padding": 0}, "PaddedCrop.padding"),
        ({"padding": 1.5}, "PaddedCrop.padding"),
        ({"padding": True}, "PaddedCrop.padding"),
        ({"mode": "wrap"}, "PaddedCrop.mode"),
        ({"mode": "constant", "fill": 256}, "PaddedCrop.fill"),
        ({"mode": "reflect", "fill": 3}, "PaddedCrop.fill"),
    ],
)
def test_wrong_arguments_are_refused(arguments, where):
    with pytest.raises(RecipeError) as caught:
        PaddedCrop(**arguments)
    assert caught.value.where == where


def test_images_that_cannot_be_cropped_are_refused():
    with pytest.raises(RecipeError, match="must be less than the image's side, 6"):
        PaddedCrop(padding=6)(IMAGES)
    with pytest.raises(RecipeError, match="shape"):
        PaddedCrop()(IMAGES[0])
