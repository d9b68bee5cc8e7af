"""What Flip, Cutout and mixup do to pixels and labels."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import Cutout, Flip, PaddedCrop, mixup
from keras_recipes.errors import RecipeError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (64, 8, 8, 3)).astype("float32")
LABELS = np.eye(64, dtype="float32")
BUILDERS = {
    "crop": lambda: PaddedCrop(2),
    "flip": Flip,
    "cutout": lambda: Cutout(3),
    "mixup": mixup,
}


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", BUILDERS)
def test_float32_in_range_whatever_the_policy(name, policy):
    outer = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        layer = BUILDERS[name]()
        assert keras.config.dtype_policy().name == policy
        outputs = layer({"images": tf.constant(IMAGES), "labels": tf.constant(LABELS)})
    finally:
        keras.config.set_dtype_policy(outer)
    images, labels = outputs["images"].numpy(), outputs["labels"].numpy()
    assert images.dtype == labels.dtype == np.float32
    assert images.min() >= 0
    assert images.max() <= 255
    np.testing.assert_allclose(labels.sum(1), 1, atol=1e-6)
    assert np.any(images != IMAGES)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("horizontal", [(1, 1), (1, -1)]),
        ("vertical", [(1, 1), (-1, 1)]),
        ("horizontal_and_vertical", [(1, 1), (1, -1), (-1, 1), (-1, -1)]),
    ],
)
def test_flip_mirrors_each_image_by_itself(mode, expected):
    flipped = Flip(mode)(IMAGES).numpy()
    counts = dict.fromkeys(expected, 0)
    for image, result in zip(IMAGES, flipped, strict=True):
        (match,) = [d for d in expected if np.array_equal(image[:: d[0], :: d[1]], result)]
        counts[match] += 1
    # Of 64 throws; less than a quarter of what is expected has probability below 1e-4.
    assert min(counts.values()) >= 64 / len(expected) / 4


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(13, 13, 7), (19, 19, 15), (21, 21, 12), (32, 32, 16), (10, 16, 1), (16, 10, 10)],
)
def test_cutout_covers_one_clipped_square_of_every_image(height, width, size):
    layer = Cutout(size, fill=200)
    holes = layer(tf.zeros([4000, height, width, 1])).numpy()[..., 0]
    assert set(np.unique(holes)) == {0, 200}
    holes = holes > 0
    heights, widths = holes.any(2).sum(1), holes.any(1).sum(1)
    # A full rectangle, cut off at the border to no less than the half that holds its centre.
    np.testing.assert_array_equal(holes.sum((1, 2)), heights * widths)
    assert heights.max() == widths.max() == size
    assert heights.min() == widths.min() == (size + 1) // 2

    # Any pixel is the centre: this share of them covers pixel p of a side.
    def share(side):
        centres = np.arange(side)
        return [np.mean((centres - size / 2 <= p) & (p < centres + size / 2)) for p in range(side)]

    np.testing.assert_allclose(holes.mean(0), np.outer(share(height), share(width)), atol=0.04)


def test_mixup_mixes_labels_in_the_pixels_shares():
    outputs = mixup(1.0)({"images": tf.constant(IMAGES), "labels": tf.constant(LABELS)})
    images, labels = outputs["images"].numpy(), outputs["labels"].numpy()
    # One class an image, so that the labels say which images were mixed and in what shares.
    np.testing.assert_allclose(images.reshape(64, -1), labels @ IMAGES.reshape(64, -1), atol=1e-2)
    shares = np.diag(labels)
    assert len(np.unique(shares)) > 50
    assert shares.min() < 0.25
    assert shares.max() > 0.75


def test_mixup_alpha_sets_the_spread():
    def spread(alpha):
        batch = {"images": tf.zeros([4000, 1, 1, 1]), "labels": tf.one_hot(tf.range(4000), 4000)}
        return np.var(np.diag(mixup(alpha)(batch)["labels"].numpy()))

    # Beta(a, a) has variance 1 / (4 * (2 * a + 1)).
    np.testing.assert_allclose(spread(0.2), 1 / 5.6, rtol=0.1)
    np.testing.assert_allclose(spread(2.0), 1 / 20, rtol=0.1)


@pytest.mark.parametrize(
    ("build", "where"),
    [
        (lambda: Flip("diagonal"), "Flip.mode"),
        (lambda: Cutout(0), "Cutout.size"),
        (lambda: Cutout(8.0), "Cutout.size"),
        (lambda: Cutout(33)(tf.zeros([1, 64, 32, 3])), "Cutout.size"),
        (lambda: Cutout(8, fill=-1), "Cutout.fill"),
        (lambda: mixup(0), "mixup.alpha"),
        (lambda: mixup(float("inf")), "mixup.alpha"),
        (lambda: mixup("0.2"), "mixup.alpha"),
    ],
)
def test_wrong_arguments_are_refused(build, where):
    with pytest.raises(RecipeError) as caught:
        build()
    assert caught.value.where == where
