"""Every field of every data part changes the data set, or what the network sees of it."""

import functools
import os
from dataclasses import replace

import numpy as np
import pytest
from each_field import each_change

from keras_recipes import TFDS, Arrays, Digits, Folder

DIVISION = {
    "validation_fraction": 0.4,
    "fold": (1, 3),
    "test_fold": (1, 3),
    "train_examples": 12,
    "train_fraction": 0.5,
    "split_seed": 1,
}
PERSON = r"^([a-z]+)_"
CASES = [
    (Digits(), {**DIVISION, "classes": ("3", "1"), "exclude": ("train:3", "test:0")}),
    (
        Folder("photos", validation_fraction=0.2),
        {
            **DIVISION,
            "path": "others",
            "image_size": (8, 8),
            "cache_size": (120, 110),
            "channels": 1,
            "resize": "pad",
            "manifest": "list.csv",
            "classes": ("dog", "cat"),
            "group": PERSON,
            "exclude": ("b_*",),
            "unreadable": "skip",
            "test_fraction": 0.4,
            "fold": lambda part: replace(part, fold=(1, 3), validation_fraction=None),
            "store": "disk",
        },
    ),
    (
        Arrays("images.npz"),
        {
            **DIVISION,
            "path": "others.npz",
            "exclude": ("train:5",),
            "classes": ("2", "0"),
            "image_size": (8, 8),
            "test_fraction": 0.4,
            "store": "disk",
        },
    ),
    (
        TFDS("cifar10", train_split="train[:300]", test_split="test[:100]", train_examples=100),
        {
            **DIVISION,
            "name": "cifar10:3.0.2",
            "classes": lambda part: replace(part, classes=("ship", "cat"), train_examples=30),
            "train_split": "train[300:600]",
            "test_split": "test[:50]",
            "exclude": ("train[:300]:17",),
            "image_size": (8, 8),
            "train_fraction": lambda part: replace(part, train_examples=None, train_fraction=0.5),
            "store": "disk",
        },
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the files that the cases name lie."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("data")
    generator = np.random.default_rng(0)
    rows = ["file,label"]
    for photos in ("photos", "others"):
        for label in ("cat", "dog"):
            (folder / photos / label).mkdir(parents=True)
            for index in range(20):
                pixels = generator.integers(0, 256, (10, 14, 3), dtype=np.uint8)
                name = f"{label}/{'abcde'[index % 5]}_{index}.png"
                Image.fromarray(pixels).save(folder / photos / name)
                rows += [f"{name},{label}"] if photos == "photos" and index < 18 else []
    (folder / "list.csv").write_text("\n".join(rows))
    for name in ("images.npz", "others.npz"):
        images = generator.integers(0, 256, (60, 12, 12, 3), dtype=np.uint8)
        np.savez(folder / name, images=images, labels=np.arange(60) % 3)
    return folder


@functools.cache  # the unchanged part is built once for all of its fields
def described(part):
    """What tells data sets apart: their examples, and how they are kept and seen."""
    dataset = part.build()
    parts = (dataset.train, dataset.validation, dataset.read_test())
    return {
        "rows": [each.indices.tolist() for each in parts],
        "pixels": [dataset.fingerprint, float(dataset.read_test().images.sum())],
        "shapes": [dataset.stored_shape, dataset.image_shape],
        "kept": type(dataset.train.images),
        "names": [dataset.name, dataset.skipped],
    }


@pytest.mark.parametrize(("part", "changed"), each_change(CASES))
def test_the_data_changes(part, changed, folder, monkeypatch, request):
    monkeypatch.chdir(folder)
    if isinstance(part, TFDS):
        real_data = request.getfixturevalue("real_data")
        monkeypatch.setenv("TFDS_DATA_DIR", str(real_data / "tfds"))
    if changed != part and getattr(changed, "unreadable", None) == "skip":
        broken = folder / "photos" / "cat" / "broken.png"
        broken.write_bytes(b"")
        try:
            with pytest.raises(ValueError, match="broken.png"):
                part.build()
            assert changed.build().skipped == ("cat/broken.png",)
        finally:
            os.remove(broken)
    else:
        assert described(part) != described.__wrapped__(changed)


def test_recipes_name_files_relative_to_themselves(folder, tmp_path, monkeypatch):
    from keras_recipes.recipe.load import load

    place = tmp_path / "recipes"
    place.mkdir()
    (place / "a.py").write_text(
        "from dataclasses import replace\n"
        "from keras_recipes import *\n"
        'data = Folder("../photos", manifest="list.csv", group="groups.CSV", exclude="out.txt")\n'
        "recipe = Recipe(data=data, model=CifarResNet(), epochs=1, stand_in='other')\n"
        "rule = replace(recipe, data=Folder('~/p', group=r'^(a)', exclude=('a.png',)))\n"
        "other = replace(recipe, data=Arrays('b.npz'), stand_in=None)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    loaded = load("recipes/a.py")
    assert loaded.recipe.data == Folder(
        str(tmp_path / "photos"),
        manifest=str(place / "list.csv"),
        group=str(place / "groups.CSV"),
        exclude=str(place / "out.txt"),
    )
    rule = load("recipes/a.py:rule").recipe.data
    assert (rule.path, rule.group, rule.exclude) == ("/home/somebody/p", "^(a)", ("a.png",))
    assert loaded.stand_in().data.path == str(place / "b.npz")
    there = load("recipes/a.py", ["data.path=my photos", "data.manifest=None"]).recipe.data
    assert (there.path, there.manifest) == (str(tmp_path / "my photos"), None)


def test_a_folder_that_is_not_there_is_known_without_keras(without_keras, tmp_path):
    import subprocess
    import sys

    script = (
        "from keras_recipes import *\n"
        "from keras_recipes.errors import DataUnavailable\n"
        "for part in (Folder('none'), Arrays('none.npz')):\n"
        "    try:\n"
        "        part.require()\n"
        "    except DataUnavailable as error:\n"
        "        print(error.where)\n"
        "Folder('.').require()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=without_keras,
        cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.split() == ["data.path", "data.path"], done.stderr
