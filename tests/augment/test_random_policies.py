"""RandAugment and AugMix: each image its own operations, by key, in range."""

import time

import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import AugMix, RandAugment, build_pipeline
from keras_recipes.augment.operations import OPERATIONS
from keras_recipes.errors import RecipeError

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (24, 12, 10, 3)).astype("uint8")
LABELS = tf.one_hot(tf.range(24) % 5, 5)
LAYERS = {
    "RandAugment": lambda: RandAugment(2, 7, magnitude_deviation=2, operations=OPERATIONS),
    "AugMix": lambda: AugMix(10, alpha=0.05),
}


def build(layer, images=IMAGES):
    return build_pipeline(
        [layer], seed=0, image_shape=images.shape[1:], num_classes=5, batch_size=len(images)
    )


@pytest.mark.parametrize("name", LAYERS)
def test_range_type_variety_and_key(name):
    same = np.repeat(IMAGES[:1], 24, axis=0)
    pipeline = build(LAYERS[name]())  # which refuses any state
    serial, parallel = (
        list(
            tf.data.Dataset.range(4).map(
                lambda step: pipeline(same, LABELS, 0, step), num_parallel_calls=calls
            )
        )
        for calls in (1, 4)
    )
    for (images, labels), (again, _) in zip(serial, parallel, strict=True):
        np.testing.assert_array_equal(images, again)
        np.testing.assert_array_equal(labels, LABELS)
        assert images.dtype == tf.float32
        assert np.isfinite(images).all()
        assert np.min(images) >= 0
        assert np.max(images) <= 255
        assert len({image.tobytes() for image in images.numpy()}) >= 14
    assert len({images.numpy().tobytes() for images, _ in serial}) == 4


def test_all_operations_are_drawn_and_magnitude_nothing_does_nothing():
    names = tuple(n for n in OPERATIONS if n not in ("auto_contrast", "equalize", "invert"))
    still = build(RandAugment(3, magnitude=0, operations=names))(IMAGES, LABELS, 0, 0)[0]
    np.testing.assert_array_equal(still, IMAGES)
    inverted = build(RandAugment(1, operations=("invert",)))(IMAGES, LABELS, 0, 0)[0]
    np.testing.assert_array_equal(inverted, 255.0 - IMAGES)
    # Of two with one undoing nothing: about half of the images stay.
    some = build(RandAugment(1, operations=("identity", "invert")))(IMAGES, LABELS, 0, 0)[0]
    stayed = sum(np.array_equal(a, b) for a, b in zip(some, IMAGES, strict=True))
    assert 4 <= stayed <= 20


def test_layers_follow_each_other():
    twice = build(RandAugment(2, operations=("invert",)))(IMAGES, LABELS, 0, 0)[0]
    np.testing.assert_array_equal(twice, IMAGES)


def test_magnitude_and_its_deviation():
    bright = np.full((24, 4, 4, 1), 100, "uint8")

    def factors(**options):
        layer = RandAugment(1, operations=("brightness",), **options)
        return build(layer, bright)(bright, LABELS, 0, 0)[0].numpy()[:, 0, 0, 0] / 100

    np.testing.assert_allclose(np.unique(np.abs(factors(magnitude=5) - 1)), 0.45, atol=1e-5)
    assert set(np.sign(factors(magnitude=5) - 1)) == {-1, 1}
    spread = np.abs(factors(magnitude=5, magnitude_deviation=1) - 1) / 0.09
    assert len(np.unique(spread)) > 12  # of 24, to whole values
    assert 0.5 < np.std(spread) < 1.6


def test_augmix_shares():
    """With chains that leave a flat image alone, the blend is the image."""
    flat = np.full((24, 6, 6, 1), 64, "uint8")
    images = build(AugMix(0.1, depth=1), flat)(flat, LABELS, 0, 0)[0].numpy()
    # Equalize and the warps of less than a pixel: the middle of each image.
    inner = images[:, 2:4, 2:4]
    assert np.median(np.abs(inner - 64)) <= 1e-3
    strong = build(AugMix(10))(IMAGES, LABELS, 0, 0)[0]
    weak = build(AugMix(1))(IMAGES, LABELS, 0, 0)[0]
    assert np.abs(strong - IMAGES).mean() > np.abs(weak - IMAGES).mean()


@pytest.mark.parametrize("layer", [RandAugment(seed=3), AugMix(seed=3)])
def test_plain_use_and_config(layer):
    again = type(layer).from_config(layer.get_config())
    np.testing.assert_array_equal(layer(IMAGES), again(IMAGES))
    dataset = tf.data.Dataset.from_tensor_slices(IMAGES).batch(10).map(layer)
    assert dataset.element_spec.shape == (None, 12, 10, 3)
    assert [len(batch) for batch in dataset] == [10, 10, 4]


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: RandAugment(0), "RandAugment.num_layers"),
        (lambda: RandAugment(magnitude=11), "RandAugment.magnitude"),
        (lambda: RandAugment(magnitude_deviation=-1), "RandAugment.magnitude_deviation"),
        (lambda: RandAugment(operations=()), "RandAugment.operations"),
        (lambda: RandAugment(operations=("rotat",)), "RandAugment.operations"),
        (lambda: RandAugment(operations=("rotate", "rotate")), "RandAugment.operations"),
        (lambda: RandAugment(fill=256), "RandAugment.fill"),
        (lambda: AugMix(0), "AugMix.severity"),
        (lambda: AugMix(width=0), "AugMix.width"),
        (lambda: AugMix(depth=0), "AugMix.depth"),
        (lambda: AugMix(alpha=0), "AugMix.alpha"),
        (lambda: AugMix(fill="grey"), "AugMix.fill"),
        (lambda: RandAugment()(tf.zeros([2, 8, 8, 4])), "RandAugment"),
        (lambda: AugMix()(tf.zeros([8, 8, 3])), "AugMix"),
    ],
)
def test_wrong_arguments_are_refused(make, where):
    with pytest.raises(RecipeError) as caught:
        make()
    assert caught.value.where == where


@pytest.mark.parametrize("name", LAYERS)
def test_other_draws_are_not_compiled_anew(name):
    layer = LAYERS[name]()
    seconds = []
    for _ in range(4):
        begin = time.process_time()
        layer(IMAGES)
        seconds.append(time.process_time() - begin)
    assert max(seconds[1:]) < seconds[0] / 4


def test_values_become_whole_numbers():
    uneven = IMAGES.astype("float32") * 0.99
    changed = RandAugment(1, operations=("identity",))(uneven).numpy()
    np.testing.assert_array_equal(changed, np.floor(uneven + 0.5))
