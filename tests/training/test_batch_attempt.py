"""What an attempt is made of, and which errors mean that memory has ended."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from keras_recipes import MLP, AdamW, Call, Digits, Muon, Phase, Recipe
from keras_recipes.data import Dataset
from keras_recipes.data.dataset import Examples
from keras_recipes.recipe import resolve_phases
from keras_recipes.training.batch_attempt import RATE, harmless, memory_ended, shorten
from keras_recipes.training.batch_attempts import Attempt, ended_for_memory
from keras_recipes.training.cut_short import CutShort
from keras_recipes.training.learning_rates import peak_rate

BASE = Recipe(data=Digits(), model=MLP(), epochs=4)
LOG = Call("keras.callbacks:CSVLogger", filename="log.csv")


@pytest.mark.parametrize(
    "recipe",
    [
        replace(BASE, callbacks=(LOG,), stand_in="digits"),
        replace(BASE, optimizer=Muon(accumulate=2, reference_batch_size=64)),
        replace(BASE, optimizer=Call("keras.optimizers:Adam", learning_rate=0.1, beta_1=0.8)),
        replace(BASE, phases=(Phase(name="a", optimizer=AdamW()), Phase(name="b"))),
        replace(BASE, phases=(Phase(name="a", optimizer=AdamW(), callbacks=(LOG,)),)),
    ],
)
def test_no_rate_moves_anything_and_no_callback_is_called(recipe):
    changed = harmless(recipe)
    for before, after in zip(resolve_phases(recipe), resolve_phases(changed), strict=True):
        assert peak_rate(after, 10_000) == RATE
        assert after.callbacks == ()
        assert getattr(after.optimizer, "adam_learning_rate", RATE) == RATE
        assert type(after.optimizer) is type(before.optimizer)
        assert getattr(after.optimizer, "accumulate", 1) == getattr(
            before.optimizer, "accumulate", 1
        )
    assert changed.stand_in is None


def dataset(validation, test):
    images = np.zeros((100 + validation, 4, 4, 1), np.uint8)
    whole = Examples.whole(images, np.arange(len(images)) % 10)
    return Dataset(
        name="zeros",
        train=whole.subset(np.arange(100)),
        validation=whole.subset(np.arange(100, 100 + validation)),
        read_test=lambda: Examples.whole(np.ones((test, 4, 4, 1), np.uint8), np.zeros(test, int)),
        class_names=tuple("0123456789"),
        fingerprint="",
    )


@pytest.mark.parametrize(
    ("validation", "test", "few", "tested"), [(1000, 900, 200, 200), (30, 90, 30, 90)]
)
def test_a_few_batches_are_evaluated_and_no_test_image(validation, test, few, tested):
    short = shorten(dataset(validation, test), in_memory=False, evaluation_batch=50)
    assert len(short.train) == 100
    assert len(short.validation) == few
    stands_for_test = short.read_test()
    assert len(stands_for_test) == tested
    assert not np.any(stands_for_test.images[stands_for_test.indices])  # those to test on are ones


def test_images_that_a_run_holds_in_memory_are_held_once(tmp_path):
    whole = dataset(30, 90)
    np.save(tmp_path / "images.npy", whole.train.images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    on_disk = replace(
        whole,
        train=replace(whole.train, images=mapped),
        validation=replace(whole.validation, images=mapped),
    )
    held = shorten(on_disk, in_memory=True, evaluation_batch=50)
    assert not isinstance(held.train.images, np.memmap)
    assert held.validation.images is held.train.images
    assert shorten(on_disk, in_memory=False, evaluation_batch=50).train.images is mapped


def test_errors_that_say_that_memory_ended():
    oom = "OOM when allocating tensor with shape[4096,64]"
    # As model.fit raises it: the first line says nothing.
    graph = f"Graph execution error:\n\nDetected at node Conv2D defined at\n{oom}\n\t [[Hint]]"
    assert memory_ended(tf.errors.ResourceExhaustedError(None, None, graph)) == oom
    assert memory_ended(tf.errors.ResourceExhaustedError(None, None, "?")).startswith("Resource")
    assert memory_ended(MemoryError()) == "MemoryError"
    assert memory_ended(MemoryError("Unable to allocate 9 GiB")) == "Unable to allocate 9 GiB"
    for text in (
        "RESOURCE_EXHAUSTED: Out of memory", "CUDNN_STATUS_ALLOC_FAILED in cudnn",
        "failed to load kernel: CUDA_ERROR_OUT_OF_MEMORY",
    ):  # fmt: skip
        assert memory_ended(tf.errors.InternalError(None, None, text)) == text
    chained = ValueError("the layer failed")
    chained.__cause__ = MemoryError()
    assert memory_ended(chained) == "MemoryError"
    assert memory_ended(ValueError("shapes (3, 4) and (5,) don't fit")) is None
    assert memory_ended(tf.errors.InvalidArgumentError(None, None, "a bad axis")) is None


@pytest.mark.parametrize(("steps", "timed"), [(1, 0), (2, 1), (3, 1), (5, 3)])
def test_the_step_that_is_compiled_is_no_pace(steps, timed):
    timer = CutShort(steps=8, epochs=2, timed_phase="train")
    timer.set_model(SimpleNamespace())
    timer.begin_phase("train")
    timer.on_epoch_begin(0)
    for step in range(steps):
        timer.on_train_batch_begin(step)
        timer.on_train_batch_end(step)
    timer.on_epoch_end(0)
    timer.on_train_end()
    assert len(timer.seconds) == timed


def test_ends_without_a_word():
    assert ended_for_memory(-9, "")
    assert ended_for_memory(-6, "terminate called after throwing ... what():  std::bad_alloc")
    assert not ended_for_memory(-11, "Segmentation fault")
    assert not ended_for_memory(1, "ModuleNotFoundError")


def test_pace_by_the_median_and_its_middle_half():
    done = Attempt(batch_size=100, fits=True, reason="", peak=1, seconds=(0.1, 0.2, 0.25, 0.4, 5.0))
    assert done.images_per_second == 400
    assert done.spread == (250, 500)
    assert replace(done, seconds=(0.5,)).spread == (200, 200)
