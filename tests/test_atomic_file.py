"""replacing: the old file or the new one, never half of either."""

import os

import pytest

from keras_recipes.atomic_file import replacing


def test_appears_whole_when_done(tmp_path):
    path = tmp_path / "best.keras"
    with replacing(path) as partial:
        partial.write_text("new")
        assert not path.exists()
        assert partial.parent == path.parent
        assert partial.name.endswith("best.keras")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["best.keras"]


def test_an_error_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "best.keras"
    path.write_text("old")

    def fill_the_disk():
        with replacing(path) as partial:
            partial.write_text("half of the n")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fill_the_disk()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["best.keras"]


def test_is_on_disk_before_it_is_renamed(tmp_path, monkeypatch):
    """Renamed first, a power failure could leave an empty file under the right name."""
    calls = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (calls.append("fsync"), fsync(number)))
    monkeypatch.setattr(os, "replace", lambda *paths: (calls.append("rename"), rename(*paths)))
    with replacing(tmp_path / "file") as partial:
        partial.write_text("new")
    assert calls == ["fsync", "rename", "fsync"]
