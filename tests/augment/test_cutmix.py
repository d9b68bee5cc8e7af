"""CutMix: the label is the share of the pixels, for every image, to the last one."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from keras_recipes.augment import CutMix, build_pipeline, stateful_operations
from keras_recipes.errors import RecipeError

BATCH = 512


def one_class_an_image(batch=BATCH, height=12, width=9):
    """Image n holds n alone and is of class n, so that each pixel tells where it comes from."""
    images = tf.tile(tf.range(batch, dtype=tf.float32)[:, None, None, None], [1, height, width, 1])
    return {"images": images, "labels": tf.eye(batch)}


def test_labels_are_the_shares_of_the_pixels():
    outputs = CutMix(seed=1)(one_class_an_image())
    images, labels = outputs["images"].numpy(), outputs["labels"].numpy()
    assert images.dtype == labels.dtype == np.float32
    shares = np.stack([np.bincount(i.astype(int).ravel(), minlength=BATCH) for i in images]) / 108
    np.testing.assert_allclose(labels, shares, atol=1e-6)
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-6)


def test_what_is_pasted_is_one_box_of_one_partner():
    images = CutMix(seed=2)(one_class_an_image())["images"].numpy()[..., 0]
    partners, heights, centres = set(), set(), set()
    for n, image in enumerate(images):
        pasted = image != n
        if not pasted.any():
            continue
        rows, columns = np.flatnonzero(pasted.any(1)), np.flatnonzero(pasted.any(0))
        box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert len(np.unique(box)) == 1
        assert box.size == pasted.sum()
        partners.add(box[0, 0])
        heights.add(len(rows))
        centres.add((rows[0], columns[0]))
    assert len(partners) > BATCH * 0.8  # a permutation, but for boxes of no pixel
    assert heights >= set(range(1, 12))
    assert len(centres) > 50


@pytest.mark.parametrize("alpha", [0.1, 1.0])
def test_alpha_sets_the_spread_of_the_area(alpha):
    labels = CutMix(alpha, seed=3)(one_class_an_image(2000, 8, 8))["labels"]
    # Of a square of 8 pixels, a side of less than one is none: an area below 1/64.
    without = np.mean(np.diag(labels) == 1)
    assert without == pytest.approx(scipy.stats.beta.cdf(1 / 64, alpha, alpha), abs=0.04)


def test_keyed_and_without_state():
    batch = one_class_an_image(16)
    layer = CutMix()
    pipeline = build_pipeline(
        [layer], seed=0, image_shape=(12, 9, 1), num_classes=16, batch_size=16
    )
    first, second, again = (
        pipeline(batch["images"], batch["labels"], 0, step) for step in (1, 2, 1)
    )
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert np.any(first[0] != second[0])
    # By itself it has the state of its seed generator, which the audit would name.
    assert stateful_operations(tf.function(layer).get_concrete_function(batch))


def test_plain_map_with_unknown_batch_size():
    dataset = tf.data.Dataset.from_tensor_slices(one_class_an_image(20)).batch(8).map(CutMix())
    assert [len(batch["labels"]) for batch in dataset] == [8, 8, 4]
    assert dataset.element_spec["images"].shape == (None, 12, 9, 1)


def test_config_round_trip():
    layer = CutMix(0.5, seed=4)
    again = CutMix.from_config(layer.get_config())
    batch = one_class_an_image(8)
    np.testing.assert_array_equal(layer(batch)["images"], again(batch)["images"])


@pytest.mark.parametrize("alpha", [0, 0.01, -1, float("nan"), float("inf"), True, "1"])
def test_wrong_alpha_is_refused(alpha):
    with pytest.raises(RecipeError) as caught:
        CutMix(alpha)
    assert caught.value.where == "CutMix.alpha"


def test_wrong_batches_are_refused():
    batch = one_class_an_image(8)
    with pytest.raises(RecipeError, match="takes a dict"):
        CutMix()(batch["images"])
    with pytest.raises(RecipeError, match="one-hot"):
        CutMix()({**batch, "labels": tf.range(8)})
