"""Decoded images in memory and in the cache: the same, found again, and never half there."""

import numpy as np
import pytest

from keras_recipes import RecipeError
from keras_recipes.data import store
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


def test_processes_of_one_number_do_not_meet(monkeypatch):
    """As in two containers with one cache."""
    monkeypatch.setattr("os.getpid", lambda: 1)

    def while_another_fills_it():
        keep(batches(), IMAGES.shape, key="a", store="disk")
        yield from batches()

    images, _, _ = keep(while_another_fills_it(), IMAGES.shape, key="a", store="disk")
    assert np.array_equal(images, IMAGES)
    assert len(list(cache_directory().iterdir())) == 1


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


def test_a_full_disk_is_told_before_anything_is_read(monkeypatch):
    def no_room(file, offset, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", no_room)
    with pytest.raises(RecipeError, match="No space left on device. Make room"):
        keep(never(), IMAGES.shape, key="a", store="disk")
    assert list(cache_directory().iterdir()) == []


@pytest.mark.parametrize(
    ("line", "folder", "limit", "used"),
    [
        ("0::/", "", "memory.max", "memory.current"),
        ("0::/some/group", "some/group", "memory.max", "memory.current"),
        (
            "4:memory:/docker/a", "memory/docker/a",
            "memory.limit_in_bytes", "memory.usage_in_bytes",
        ),
        ("4:cpu,memory:/hidden", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ],
)  # fmt: skip
def test_the_limit_of_a_control_group_is_heeded(tmp_path, monkeypatch, line, folder, limit, used):
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / folder / limit).write_text(f"{100 << 20}\n")
    (tmp_path / folder / used).write_text(f"{40 << 20}\n")
    (tmp_path / "cgroup").write_text(f"3:cpu:/x\n{line}\n")
    limits = list(store._limits(tmp_path / "cgroup", tmp_path))
    monkeypatch.setattr(store, "_limits", lambda: limits)
    assert free_memory() == 60 << 20
    (tmp_path / folder / limit).write_text("max\n")
    assert free_memory() > 60 << 20
