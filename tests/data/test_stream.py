"""The stream: a pure function of (seed, step), at any parallelism, from any step at once."""

import time

import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.augment import PaddedCrop as PaddedCropLayer
from keras_recipes.augment import build_pipeline, mixup
from keras_recipes.data import (
    Examples,
    central_resize,
    digits,
    evaluation_batches,
    training_batches,
)

DIGITS = digits.load()
# Each image says which it is, so that batches can be told apart.
NUMBERED = Examples.whole(
    np.arange(1000, dtype=np.int64).view(np.uint8).reshape(1000, 2, 2, 2), np.arange(1000) % 7
)


def read(first, last, *, seed=0, batch_size=64, examples=NUMBERED, **arguments):
    batches = training_batches(
        examples, 10, seed=seed, batch_size=batch_size, first_step=first, last_step=last,
        **arguments,
    )  # fmt: skip
    return [(images, labels) for images, labels in batches.as_numpy_iterator()]


def numbers(batches):
    images = np.concatenate([images for images, _ in batches]).astype(np.uint8)
    return images.reshape(len(images), -1).view(np.int64)[:, 0]


def test_an_epoch_is_a_permutation_and_the_next_one_another():
    steps = 1000 // 64
    first, second = numbers(read(0, steps)), numbers(read(steps, 2 * steps))
    assert len(set(first)) == len(set(second)) == steps * 64
    assert not np.array_equal(first, second)
    assert set(first) != set(second)  # what an epoch drops differs


def test_labels_are_one_hot_and_belong_to_the_images():
    batches = read(0, 3)
    labels = np.concatenate([labels for _, labels in batches])
    assert labels.dtype == np.float32
    assert np.array_equal(labels, np.eye(10)[numbers(batches) % 7])


def test_it_begins_at_any_step():
    whole = read(0, 40)
    for (images, labels), (same, same_labels) in zip(whole[37:], read(37, 40), strict=True):
        assert np.array_equal(images, same)
        assert np.array_equal(labels, same_labels)


def test_another_seed_is_another_order():
    assert not np.array_equal(numbers(read(0, 3)), numbers(read(0, 3, seed=1)))


def test_augmented_batches_are_the_same_whatever_the_parallelism_and_the_start():
    augment = build_pipeline(
        [PaddedCropLayer(1, mode="constant"), mixup(0.4)],
        seed=3, image_shape=DIGITS.image_shape, num_classes=10, batch_size=32,
    )  # fmt: skip
    arguments = {"examples": DIGITS.train, "batch_size": 32, "seed": 3, "augment": augment}
    serial = read(0, 50, parallel_calls=1, **arguments)
    parallel = read(0, 50, parallel_calls=4, **arguments)
    late = read(45, 50, **arguments)
    for one, other in [*zip(serial, parallel, strict=True), *zip(serial[45:], late, strict=True)]:
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])


def test_a_late_start_takes_no_longer():
    read(0, 1)

    def seconds(step):
        began = time.perf_counter()
        read(step, step + 1)
        return time.perf_counter() - began

    near = min(seconds(10) for _ in range(3))
    far = min(seconds(10_000_000) for _ in range(3))
    assert far < 5 * near + 0.2


def test_memory_maps_are_read_like_arrays(tmp_path):
    np.save(tmp_path / "images.npy", NUMBERED.images)
    mapped = Examples.whole(np.load(tmp_path / "images.npy", mmap_mode="r"), NUMBERED.labels)
    assert np.array_equal(numbers(read(0, 5, examples=mapped)), numbers(read(0, 5)))


def test_evaluation_reads_all_once_in_order():
    batches = list(evaluation_batches(NUMBERED, 10, 300).as_numpy_iterator())
    assert [len(images) for images, _ in batches] == [300, 300, 300, 100]
    assert np.array_equal(numbers(batches), np.arange(1000))


def test_a_batch_larger_than_the_data_is_refused():
    with pytest.raises(RecipeError, match="batch_size is 1001, but there are 1000"):
        read(0, 1, batch_size=1001)


def test_images_are_augmented_as_they_are_kept_and_seen_at_their_size():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 12, 9, 3), dtype=np.uint8)
    examples = Examples.whole(pixels, np.arange(64) % 10, image_size=(8, 6))
    assert (examples.stored_shape, examples.image_shape) == ((12, 9, 3), (8, 6, 3))
    wanted = np.asarray(central_resize(pixels, (8, 6)))
    (seen, _), *_ = evaluation_batches(examples, 10, 64).as_numpy_iterator()
    assert np.array_equal(seen, wanted)
    (plain, _), *_ = read(0, 1, examples=examples)
    assert sorted(map(bytes, plain)) == sorted(map(bytes, wanted))

    def cut(images, labels, epoch, step):
        assert images.shape == (64, 12, 9, 3)
        return images[:, 2:10, 1:7], labels

    (cropped, _), *_ = read(0, 1, examples=examples, augment=cut)
    assert sorted(map(bytes, cropped)) == sorted(map(bytes, pixels[:, 2:10, 1:7].astype("f4")))


def test_a_central_resize_cuts_what_is_over_on_both_sides():
    rows = np.broadcast_to(np.arange(8.0)[:, None, None], (1, 8, 2, 1))
    kept = np.asarray(central_resize(rows, (4, 2)))[0, :, 0, 0]
    assert kept.tolist() == [2, 3, 4, 5]
    half = np.asarray(central_resize(rows[:, :, :1].repeat(8, axis=2), (4, 4)))[0, :, 0, 0]
    assert np.allclose(half, [0.5, 2.5, 4.5, 6.5], atol=0.3)
