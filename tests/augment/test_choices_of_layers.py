"""OneOf and Sometimes: images and labels together, each image by itself, by key."""

import keras
import keras_cv
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import (
    CropAndResize,
    CutMix,
    Flip,
    OneOf,
    RandAugment,
    Sometimes,
    build_pipeline,
    mixes_labels,
    mixup,
)
from keras_recipes.errors import RecipeError

BATCH = 64
# Image n holds n alone and is of class n.
IMAGES = np.broadcast_to(np.arange(BATCH, dtype="float32")[:, None, None, None], (BATCH, 8, 8, 1))
LABELS = tf.eye(BATCH)


def plus(amount):
    return lambda batch: {**batch, "images": batch["images"] + amount}


def noise(batch):
    return {**batch, "images": batch["images"] + tf.random.normal(tf.shape(batch["images"]))}


def build(*layers, **options):
    return build_pipeline(
        layers, seed=0, image_shape=(8, 8, 1), num_classes=BATCH, batch_size=BATCH, **options
    )


def run(pipeline, epoch=0, step=0):
    images, labels = pipeline(tf.constant(IMAGES), LABELS, epoch, step)
    return images.numpy(), labels.numpy()


def test_each_image_is_given_to_one():
    images, labels = run(build(OneOf([plus(100), plus(200)], probabilities=(0.2, 0.8))))
    added = (images - IMAGES)[:, 0, 0, 0]
    assert set(added) == {100, 200}
    assert 2 <= np.sum(added == 100) <= 26
    np.testing.assert_array_equal(labels, LABELS)
    alike = (run(build(OneOf([plus(0), plus(1), plus(2)])))[0] - IMAGES)[:, 0, 0, 0]
    assert np.bincount(alike.astype(int)).min() >= 8


def test_sometimes_leaves_the_others():
    added = (run(build(Sometimes(plus(100), probability=0.2)))[0] - IMAGES)[:, 0, 0, 0]
    assert set(added) == {0, 100}
    assert 2 <= np.sum(added == 100) <= 26
    assert (run(build(Sometimes(plus(100), probability=1.0)))[0] - IMAGES).min() == 100


@pytest.mark.parametrize(
    "layer",
    [
        lambda: OneOf([mixup(1.0), CutMix()]),
        lambda: Sometimes(CutMix()),
        lambda: OneOf([Sometimes(mixup(1.0)), Flip(), CutMix()]),
        lambda: OneOf([keras_cv.layers.CutMix(), keras.layers.RandomFlip()]),
    ],
)
def test_labels_go_with_the_images(layer):
    images, labels = run(build(layer()))
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-5)
    mixed = np.flatnonzero(np.diag(labels) < 0.999)
    assert len(mixed) > 8
    if "keras_cv" not in str(layer.__code__.co_names):  # KerasCV's labels are wrong
        means = labels @ np.arange(BATCH)
        np.testing.assert_allclose(images.mean((1, 2, 3)), means, atol=1e-3)


def test_same_key_same_bits_and_in_parallel():
    pipeline = build(OneOf([RandAugment(1), Sometimes(mixup())]), Flip())
    steps = tf.data.Dataset.range(4)
    results = [
        [batch[0].numpy() for batch in steps.map(lambda s: pipeline(IMAGES, LABELS, 0, s), n)]
        for n in (1, 4)
    ]
    np.testing.assert_array_equal(*results)
    assert len({batch.tobytes() for batch in results[0]}) == 4


def test_a_member_changes_nothing_that_another_draws():

    def with_first(first):
        images, _ = run(build(OneOf([first, noise])))
        return images

    one, other = with_first(plus(1000)), with_first(mixup())
    noisy = one[:, 0, 0, 0] < 900
    assert 8 < noisy.sum() < 56
    np.testing.assert_array_equal(one[noisy], other[noisy])


def test_mixing_rests_from_an_epoch_on():
    pipeline = build(mixup(), noise, mixing_until_epoch=3)
    always = build(mixup(), noise)
    never = build(lambda batch: batch, noise)
    for epoch in (0, 2):
        np.testing.assert_array_equal(run(pipeline, epoch)[0], run(always, epoch)[0])
    for epoch in (3, 9):
        images, labels = run(pipeline, epoch)
        np.testing.assert_array_equal(labels, LABELS)
        # What else is drawn is the same.
        np.testing.assert_array_equal(images, run(never, epoch)[0])


def test_mixing_rests_within_choices():
    choice = OneOf([Sometimes(mixup(1.0)), noise, OneOf([mixup(), CutMix()])])
    pipeline = build(choice, mixing_until_epoch=1)
    mixed, _ = run(build(choice), epoch=1)
    images, labels = run(pipeline, epoch=1)
    np.testing.assert_array_equal(labels, LABELS)
    noisy = (images != IMAGES).any((1, 2, 3))
    assert 8 < noisy.sum() < 40  # a third
    np.testing.assert_array_equal(images[noisy], mixed[noisy])
    np.testing.assert_array_equal(run(pipeline, epoch=0)[0], run(build(choice), epoch=0)[0])


def test_which_layers_mix():
    class Own(keras.layers.Layer):
        mixes_labels = True

        def call(self, inputs):
            return inputs

    for layer in (mixup(), CutMix(), keras_cv.layers.FourierMix(), Own(), Sometimes(Own())):
        assert mixes_labels(layer)
    for layer in (Flip(), RandAugment(), plus(1), OneOf([plus(1), Flip()])):
        assert not mixes_labels(layer)


def test_rest_without_mixing_is_refused():
    with pytest.raises(RecipeError, match="mixing_until_epoch takes no effect"):
        build(Flip(), mixing_until_epoch=3)


def test_a_layer_that_changes_the_size_is_told_so_in_one_line():
    for choice in (Sometimes(CropAndResize((6, 6))), OneOf([Flip(), CropAndResize((6, 6))])):
        with pytest.raises(RecipeError, match=r"CropAndResize must keep the images") as caught:
            build(choice)
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith('labels".')
        assert ".py" not in str(caught.value)


def test_plain_use():
    batch = {"images": tf.constant(IMAGES), "labels": LABELS}
    dataset = tf.data.Dataset.from_tensors(batch).map(OneOf([mixup(), Sometimes(CutMix())]))
    (result,) = dataset
    np.testing.assert_allclose(tf.reduce_sum(result["labels"], 1), 1, atol=1e-5)
    first, second = (OneOf([plus(1), plus(2)], seed=5)(batch)["images"] for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: OneOf([plus(1)]), "OneOf.layers"),
        (lambda: OneOf([plus(1), 3]), "OneOf.layers"),
        (lambda: OneOf(plus(1)), "OneOf.layers"),
        (lambda: OneOf([plus(1), plus(2)], probabilities=0.5), "OneOf.probabilities"),
        (lambda: OneOf([plus(1), plus(2)], probabilities=(0.5, 0.6)), "OneOf.probabilities"),
        (lambda: OneOf([plus(1), plus(2)], probabilities=(1.0,)), "OneOf.probabilities"),
        (lambda: OneOf([plus(1), plus(2)], probabilities=(0, 1)), "OneOf.probabilities"),
        (lambda: OneOf([plus(1), plus(2)])(IMAGES), "OneOf"),
        (lambda: Sometimes(plus(1), probability=1.5), "Sometimes.probability"),
        (lambda: Sometimes(plus(1), probability=0), "Sometimes.probability"),
        (lambda: Sometimes(3), "Sometimes.layer"),
    ],
)
def test_wrong_arguments_are_refused(make, where):
    with pytest.raises(RecipeError) as caught:
        make()
    assert caught.value.where == where
