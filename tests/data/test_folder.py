"""A folder of images becomes a data set: layouts, parts, groups, and files that can't be read."""

import os
import shutil

import numpy as np
import pytest
from image_folder import COLOURS, write_classes, write_image

from keras_recipes import Folder, RecipeError
from keras_recipes.errors import DataUnavailable

SIZE = (12, 12)


@pytest.fixture
def photos(tmp_path):
    return write_classes(tmp_path / "photos")


def build(root, **fields):
    return Folder(str(root), **{"image_size": SIZE, **fields}).build()


def names(examples):
    return set(examples.file_names())


def refused(root, match, **fields):
    with pytest.raises(RecipeError, match=match) as raised:
        build(root, **fields)
    return raised.value


def test_a_folder_a_class(photos):
    dataset = build(photos)
    test = dataset.read_test()
    assert dataset.name == "photos"
    assert dataset.class_names == ("blue", "green", "red")
    assert (len(dataset.train), len(dataset.validation), len(test)) == (43, 5, 12)
    assert len(names(dataset.train) | names(dataset.validation) | names(test)) == 60
    assert np.bincount(test.class_labels()).tolist() == [4, 4, 4]
    for examples in (dataset.train, dataset.validation, test):
        for row, name in zip(examples.indices, examples.file_names(), strict=True):
            label = name.split("/")[0]
            assert dataset.class_names[examples.labels[row]] == label
            assert np.abs(examples.images[row].mean((0, 1)) - COLOURS[label]).max() < 12


def test_the_test_set_is_the_same_for_every_seed(photos):
    one, other = build(photos), build(photos, split_seed=5)
    assert names(one.read_test()) == names(other.read_test())
    assert names(one.validation) != names(other.validation)
    assert len(build(photos, test_fraction=0.5).read_test()) == 30


def test_parts_in_folders_of_their_own(tmp_path):
    root = tmp_path / "data"
    for part, count in (("Train", 10), ("valid", 3), ("test", 4)):
        write_classes(root / part, count)
    dataset = build(root, train_examples=21)
    assert len(dataset.train) == 21
    assert {name.split("/")[0] for name in names(dataset.train)} == {"Train"}
    assert {name.split("/")[0] for name in names(dataset.validation)} == {"valid"}
    assert len(dataset.validation) == 9
    assert {name.split("/")[0] for name in names(dataset.read_test())} == {"test"}
    for field, value in (
        ("validation_fraction", 0.2), ("fold", (0, 3)), ("test_fraction", 0.3),
    ):  # fmt: skip
        assert refused(root, "of its own", **{field: value}).where == f"data.{field}"
    shutil.rmtree(root / "valid")
    assert len(build(root, fold=(0, 5)).validation) == 6
    shutil.rmtree(root / "test")
    assert len(build(root).read_test()) == 6


def test_a_class_may_be_called_like_a_part(tmp_path):
    write_classes(tmp_path, names=("bus", "train"))
    assert build(tmp_path).class_names == ("bus", "train")


def test_classes_must_be_those_of_the_training_part(tmp_path):
    write_classes(tmp_path / "train")
    write_classes(tmp_path / "test", 3, names=("blue", "gren"))
    refused(tmp_path, "class 'gren' in its test part alone. Did you mean 'green'")


def test_each_part_must_have_the_folder_of_each_class(tmp_path):
    write_classes(tmp_path / "data" / "train")
    write_classes(tmp_path / "data" / "test", 3, names=("blue", "red"))
    refused(tmp_path / "data", "has no images of 'green' in its test part. Add its folder")
    assert len(build(tmp_path / "data", classes=("red", "blue")).read_test()) == 6
    files = sorted((tmp_path / "data").glob("*/*/*.png"))
    rows = [f"{each},{each.parent.name},{each.parent.parent.name}" for each in files]
    (tmp_path / "list.csv").write_text("\n".join(["file,label,split", *rows]))
    manifest = str(tmp_path / "list.csv")
    assert len(build(tmp_path / "data", manifest=manifest).read_test()) == 6


def test_what_is_no_image_is_left_alone(photos):
    (photos / ".hidden").mkdir()
    (photos / "__MACOSX").mkdir()
    write_image(photos / "__MACOSX" / "a.png")
    for name in ("Thumbs.db", ".DS_Store", "notes.txt", "._image_001.png"):
        (photos / "red" / name).write_text("no image")
    (photos / "README.md").write_text("about")
    assert build(photos).fingerprint
    assert len(build(photos).class_names) == 3


def test_names_of_every_kind(tmp_path):
    write_classes(tmp_path, names=("blue", "red"))
    write_image(tmp_path / "blue" / "deep" / "er" / "ÜBER größe.PNG", "blue")
    write_image(tmp_path / "blue" / "deep" / "image_000.png", "blue")
    write_image(tmp_path / "blue" / "image_000.jpg", "blue")
    write_image(tmp_path / "blue" / "a[1].jpeg", "blue")
    os.symlink(tmp_path / "blue", tmp_path / "blue" / "deep" / "loop")
    dataset = build(tmp_path)
    found = names(dataset.train) | names(dataset.validation) | names(dataset.read_test())
    assert len(found) == 44
    assert "blue/deep/er/ÜBER größe.PNG" in found


def test_linked_folders_are_followed(photos, tmp_path):
    (tmp_path / "links").mkdir()
    for name in COLOURS:
        os.symlink(photos / name, tmp_path / "links" / name)
    assert len(build(tmp_path / "links").train) == 43


def test_folders_that_hold_no_classes_are_refused(tmp_path):
    with pytest.raises(DataUnavailable, match="does not exist"):
        build(tmp_path / "none")
    refused(tmp_path, "holds no classes; at least two")
    write_classes(tmp_path / "data", 2)
    refused(tmp_path, "holds one class, 'data'; at least two are needed. .* the folder around")
    (tmp_path / "data" / "black").mkdir()
    (tmp_path / "data" / "black" / "a.heic").write_text("")
    refused(tmp_path / "data", r"black holds no images, but 1 \.heic. .*delete it")
    shutil.rmtree(tmp_path / "data" / "black")
    write_image(tmp_path / "data" / "loose.png")
    refused(tmp_path / "data", "outside of all classes: loose.png")
    refused(tmp_path / "data" / "loose.png", "which is a file")
    for name in ("train", "test", "pred"):
        write_classes(tmp_path / "parts" / name, 2)
    refused(tmp_path / "parts", "holds pred beside test and train. Move")
    shutil.rmtree(tmp_path / "parts" / "pred")
    write_classes(tmp_path / "parts" / "Testing", 2)
    refused(tmp_path / "parts", "holds Testing and test, two test parts")
    shutil.rmtree(tmp_path / "parts" / "Testing")
    write_image(tmp_path / "parts" / "train" / "loose.png")
    refused(tmp_path / "parts", "outside of all classes: train/loose.png")
    shutil.rmtree(tmp_path / "parts" / "train")
    refused(tmp_path / "parts", "holds test, and no part to train on")


def test_a_folder_that_cannot_be_opened_is_named(photos, monkeypatch):
    def scandir(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", scandir)
    refused(photos, "photos can't be read: Permission denied")


def test_too_few_images_name_the_class(tmp_path):
    write_classes(tmp_path, names=("blue", "red"))
    write_image(tmp_path / "lonely" / "a.png")
    assert "class 'lonely' has 1" in str(refused(tmp_path, "data.test_fraction needs"))


@pytest.fixture
def damaged(photos):
    whole = (photos / "red" / "image_003.png").read_bytes()
    (photos / "red" / "image_003.png").write_bytes(whole[:200])
    (photos / "blue" / "image_007.png").write_bytes(b"")
    os.symlink(photos / "gone.png", photos / "green" / "linked.png")
    return photos


@pytest.mark.parametrize("store", ["memory", "disk"])
def test_files_that_cannot_be_read_are_named_together_or_skipped(damaged, store):
    for _ in range(2):  # decoded, and from the cache
        error = refused(damaged, "3 of 61 files that can't be read", store=store)
        assert "blue/image_007.png (not an image of a known format)" in str(error)
        assert "green/linked.png (No such file or directory)" in str(error)
        assert "red/image_003.png (" in str(error)
        dataset = build(damaged, unreadable="skip", store=store)
        bad = {"blue/image_007.png", "green/linked.png", "red/image_003.png"}
        assert set(dataset.skipped) == bad
        found = [*names(dataset.train), *names(dataset.validation), *names(dataset.read_test())]
        assert len(found) == 58
        assert not bad & set(found)
        assert not np.any(dataset.train.class_labels() < 0)


def test_many_unreadable_files_are_counted(photos):
    for index in range(12):
        (photos / "red" / f"image_{index:03}.png").write_bytes(b"")
    assert "and 2 more" in str(refused(photos, "12 of 60"))
    for path in (photos / "red").iterdir():
        path.write_bytes(b"")
    refused(photos, "no readable training image of the class 'red'", unreadable="skip")


def test_the_cache_knows_when_a_file_has_changed(photos):
    first = build(photos, store="disk")
    assert isinstance(first.train.images, np.memmap)
    assert build(photos, store="disk").fingerprint == first.fingerprint
    write_image(photos / "red" / "image_000.png", "blue")
    changed = build(photos, store="disk")
    assert changed.fingerprint != first.fingerprint
    assert build(photos, store="memory").fingerprint == changed.fingerprint


def test_a_file_more_is_other_data(photos):
    """Which a run that is resumed refuses."""
    first = build(photos)
    write_image(photos / "red" / "image_999.png", "red")
    assert build(photos).fingerprint != first.fingerprint


def test_the_cache_knows_a_change_that_keeps_size_and_time(tmp_path):
    """As of a tag that a tool sets in place."""
    for name in ("cat", "dog"):
        for index in range(20):
            write_image(tmp_path / name / f"{index}.bmp", seed=index)
    first = build(tmp_path, store="disk")
    path = tmp_path / "cat" / "0.bmp"
    before = path.stat()
    write_image(path, "blue")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert build(tmp_path, store="disk").fingerprint != first.fingerprint


def test_images_are_kept_larger_than_they_are_seen(photos):
    dataset = build(photos, image_size=(8, 6), cache_size=(12, 9))
    assert dataset.stored_shape == (12, 9, 3)
    assert dataset.image_shape == dataset.read_test().image_shape == (8, 6, 3)
    grey = build(photos, channels=1)
    assert grey.image_shape == grey.stored_shape == (12, 12, 1)


def test_real_photographs_by_person(real_data):
    folder = real_data / "images" / "sign_digits"
    dataset = build(folder, group=str(folder) + ".groups.csv", exclude=("IMG_1118.JPG",))
    assert dataset.class_names == tuple("0123456789")
    lines = (folder.parent / "sign_digits.groups.csv").read_text().split()[1:]
    person = {line.split(",")[0].removeprefix("sign_digits/"): line.split(",")[2] for line in lines}
    parts = (dataset.train, dataset.validation, dataset.read_test())
    people = [{person[name] for name in examples.file_names()} for examples in parts]
    assert not people[0] & people[1]
    assert not people[0] & people[2]
    assert not people[1] & people[2]
    assert sum(map(len, parts)) == 2061
    assert len(parts[2]) == pytest.approx(412, abs=8)
    assert np.ptp(np.bincount(parts[2].class_labels())) <= 4
    assert 60 < dataset.train.images[dataset.train.indices].mean() < 220
