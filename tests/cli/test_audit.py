"""The command `audit` on folders and recipes, to the data set that lacks what it listed."""

import csv
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_recipes import Digits, Folder
from keras_recipes.cli.main import main


def textures(count, side=40):
    """Images that have nothing in common but their fineness."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    size = (side, side)
    return [Image.fromarray(each).resize(size, Image.Resampling.NEAREST) for each in coarse]


def lines(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """A folder in three parts with one of every fault."""
    monkeypatch.chdir(tmp_path)
    images = iter(textures(140))
    for part, count in (("train", 40), ("val", 10), ("test", 10)):
        for label in ("cat", "dog"):
            (tmp_path / "photos" / part / label).mkdir(parents=True)
            for number in range(count):
                next(images).save(tmp_path / "photos" / part / label / f"{part}{number}.png")
    train, test = tmp_path / "photos/train", tmp_path / "photos/test"
    with Image.open(train / "cat/train1.png") as image:
        image.crop((1, 0, 40, 39)).resize((40, 40)).save(test / "cat/copy.jpg", quality=90)
        image.save(train / "dog/other class.png")
    (train / "dog/broken.jpg").write_bytes(b"\xff\xd8 no more")
    Image.new("RGB", (40, 40), "grey").save(train / "cat/blank.png")
    wide = np.concatenate([np.asarray(next(images)) for _ in range(8)], axis=1)
    Image.fromarray(wide).save(train / "cat/wide.png")
    return tmp_path / "photos"


def test_a_folder_and_then_without_what_is_listed(photos, capsys):
    assert main(["audit", "photos"]) == 0
    told = capsys.readouterr().out
    assert "124 of 2 classes: 83 train, 20 validation, 21 test" in " ".join(told.split())
    assert "Unreadable: 1 images, 1 better left out" in told
    assert "123 PNG, 1 JPEG" in told
    rows = lines("audit/photos/findings.csv")
    found = {}
    for row in rows:
        found.setdefault(row["kind"], []).append(row["image"])
    same = ["test/cat/copy.jpg", "train/cat/train1.png", "train/dog/other class.png"]
    assert {kind: sorted(names) for kind, names in found.items()} == {
        "unreadable": ["train/dog/broken.jpg"],
        "near-duplicates-across-splits": same,
        "near-duplicates-with-other-labels": same,
        "blank": ["train/cat/blank.png"],
        "oddly-shaped": ["train/cat/wide.png"],
    }
    listed = {row["image"] for row in rows if row["exclude"] == "yes"}
    assert listed == {
        "train/dog/broken.jpg", "train/cat/train1.png", "train/dog/other class.png",
        "train/cat/blank.png",
    }  # fmt: skip
    dataset = Folder("photos", image_size=(32, 32), exclude="audit/photos/exclude.txt").build()
    left = [
        each
        for examples in (dataset.train, dataset.validation, dataset.read_test())
        for each in examples.file_names()
    ]
    assert dataset.skipped == ()
    assert not listed & set(left)
    assert len(left) == 124 - 3
    # And nothing that it would leave out is found again.
    (photos.parent / "r.py").write_text(
        "from keras_recipes import *\n"
        "recipe = Recipe(data=Folder('photos', image_size=(32, 32),\n"
        "                            exclude='audit/photos/exclude.txt'),\n"
        "                model=CifarResNet(), epochs=1)\n"
    )
    assert main(["audit", "r.py", "--out", "again"]) == 0
    assert "0 images: exclude=" in " ".join(capsys.readouterr().out.split())


def test_the_page_shows_every_finding(photos):
    assert main(["audit", "photos", "--out", "looked at"]) == 0
    text = (photos.parent / "looked at/index.html").read_text(encoding="utf-8")
    for heading in (
        "Unreadable", "Near duplicates across splits", "Near duplicates with other labels",
        "Blank", "Oddly shaped", "Classes",
    ):  # fmt: skip
        assert f"<h2>{heading}</h2>" in text
    assert text.count('<img src="data:image/png;base64,') == 3 + 3 + 1 + 1
    assert "train/dog/other class.png" in text
    assert "320 by 40" in text
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert text.count("to be left out") == 2 + 2 + 1 + 1 + 1  # the last heads a column


def test_groups_in_the_names_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    images = iter(textures(60))
    people = ("anna", "ben", "cara", "dan", "eve")
    for label in ("cat", "dog"):
        for number in range(30):
            part = "test" if number % 10 == 0 else "train"
            folder = tmp_path / "photos" / part / label
            folder.mkdir(parents=True, exist_ok=True)
            next(images).save(folder / f"{people[number % 5]}_{number:03}.png")
    assert main(["audit", "photos"]) == 0
    rows = lines("audit/photos/findings.csv")
    assert {row["kind"] for row in rows} == {"groups-across-splits"}
    assert {row["note"] for row in rows} == {"anna"}
    assert len(rows) == 12
    assert {row["exclude"] for row in rows} == {"no"}
    text = (tmp_path / "audit/photos/index.html").read_text(encoding="utf-8")
    assert "1 of 5 groups of files" in text


def test_a_recipe_and_then_without_what_is_listed(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    recipe = str(root / "recipes/digits_mlp.py")
    assert main(["audit", recipe, "--correlation", "0.99"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1797 of 10 classes" in told
    assert "Near duplicates across splits" in told
    listed = {
        line for line in (tmp_path / "audit/digits_mlp/exclude.txt").read_text().splitlines()
        if not line.startswith("#")
    }  # fmt: skip
    assert len(listed) > 5
    assert all(each.startswith("train:") for each in listed)
    dataset = Digits(exclude="audit/digits_mlp/exclude.txt").build()
    left = {
        each.row_name(row) for each in (dataset.train, dataset.validation) for row in each.indices
    }
    assert not listed & left
    assert len(left) + len(listed) == 1437
    assert len(dataset.read_test()) == 360


def test_a_folder_needs_no_keras(photos):
    program = (
        "import sys; sys.modules.update(keras=None, tensorflow=None);"
        "from keras_recipes.cli.main import main; sys.exit(main(['audit', 'photos']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
