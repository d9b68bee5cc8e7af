"""Decoded images in memory and in the cache: the same, found again, and never half there."""

import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.data.store import cache_directory, free_memory, keep

IMAGES = np.random.default_rng(0).integers(0, 256, (100, 4, 4, 3), dtype=np.uint8)
LABELS = np.arange(100) % 5


def batches(count=100):
    for start in range(0, count, 32):
        end = min(start + 32, count)
        yield IMAGES[start:end], LABELS[start:end]


def never():
    raise AssertionError("the cache was not used")
    yield


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_RECIPES_CACHE", str(tmp_path / "cache"))


def test_memory_and_disk_hold_the_same():
    in_memory = keep(batches(), IMAGES.shape, key="a", store="memory")
    on_disk = keep(batches(), IMAGES.shape, key="a", store="disk")
    assert isinstance(on_disk[0], np.memmap)
    for images, labels, fingerprint in (in_memory, on_disk):
        assert np.array_equal(images, IMAGES)
        assert np.array_equal(labels, LABELS)
        assert fingerprint == in_memory[2]


def test_the_cache_is_found_again_by_its_key():
    keep(batches(), IMAGES.shape, key="a", store="disk")
    images, _, _ = keep(never(), IMAGES.shape, key="a", store="disk")
    assert np.array_equal(images, IMAGES)
    with pytest.raises(AssertionError, match="not used"):
        keep(never(), IMAGES.shape, key="b", store="disk")


def test_what_does_not_fit_goes_to_the_disk(monkeypatch):
    monkeypatch.setattr("keras_recipes.data.store.free_memory", lambda: 2 * IMAGES.size - 1)
    assert isinstance(keep(batches(), IMAGES.shape, key="a")[0], np.memmap)
    monkeypatch.setattr("keras_recipes.data.store.free_memory", lambda: 2 * IMAGES.size)
    assert not isinstance(keep(batches(), IMAGES.shape, key="a")[0], np.memmap)


def test_a_source_that_ends_early_leaves_nothing_behind():
    with pytest.raises(RecipeError, match="ended after 50 of 100"):
        keep(batches(50), IMAGES.shape, key="a", store="disk")
    assert np.array_equal(keep(batches(), IMAGES.shape, key="a", store="disk")[0], IMAGES)
    assert len(list(cache_directory().iterdir())) == 1


def test_a_cache_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KERAS_RECIPES_CACHE", str(tmp_path / "file"))
    with pytest.raises(RecipeError, match="KERAS_RECIPES_CACHE"):
        keep(batches(), IMAGES.shape, key="a", store="disk")


def test_free_memory_is_some():
    assert 2**20 < free_memory() < 2**50
