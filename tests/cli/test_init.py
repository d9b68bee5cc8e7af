"""A recipe for a folder: what is found there decides what is written, and it trains."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from tiny_run import write_photos

from keras_recipes import RecipeError
from keras_recipes.cli.main import main
from keras_recipes.cli.recipe_for_folder import recipe_for
from keras_recipes.data.survey import survey
from keras_recipes.recipe.load import load


def write(folder, names, count=6, size=(40, 30), mode="RGB", name="{index:03}.png"):
    for label in names:
        (folder / label).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            Image.new(mode, size, index).save(folder / label / name.format(index=index))
    return folder


def written(folder, tmp_path):
    file = tmp_path / "written.py"
    file.write_text(recipe_for(survey(folder), file, "2026-01-01"))
    return load(str(file)).recipe


def test_the_written_recipe_is_clean_and_trains(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_photos(tmp_path / "my photos", count=12)
    assert main(["init", "my photos"]) == 0
    said = capsys.readouterr().out
    assert "36, in train" in said
    assert "keras-recipes run my_photos.py" in said
    for check in (["check", "--select", "E,F,I,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--line-length", "100", "my_photos.py"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
    short = ["phases.0.epochs=1", "phases.1.epochs=1", "schedule=None", "model.weights=None"]
    short += ["model.backbone=MobileNetV3Small", "data.image_size=(32, 32)"]
    short += ["data.cache_size=None"]
    assert main(["run", "my_photos.py", *(f"--set={each}" for each in short)]) == 0


def test_sizes_and_colours(tmp_path):
    large = written(write(tmp_path / "large", ["cat", "dog"], size=(300, 260)), tmp_path)
    assert large.data.image_size == (224, 224)
    assert large.data.cache_size is None
    small = written(write(tmp_path / "small", ["cat", "dog"], size=(90, 130)), tmp_path)
    assert (small.data.image_size, small.data.cache_size) == ((64, 64), (80, 80))
    assert small.data.channels == 3
    grey = written(write(tmp_path / "grey", ["cat", "dog"], mode="L"), tmp_path)
    assert grey.data.channels == 1
    assert [type(each).__name__ for each in grey.augment] == ["CropAndResize", "Flip"]


def test_balance(tmp_path):
    folder = write(tmp_path / "photos", ["cat"], count=5)
    assert written(write(folder, ["dog"], count=15), tmp_path).loss.class_weights is None
    assert written(write(folder, ["dog"], count=16), tmp_path).loss.class_weights == "balanced"


@pytest.mark.parametrize(
    ("names", "flips"),
    [(["0", "1"], False), (["turn left", "straight"], False), (["leftover", "bread"], True)],
)
def test_what_is_another_class_mirrored_is_not_flipped(tmp_path, names, flips):
    recipe = written(write(tmp_path / "photos", names), tmp_path)
    assert flips == any(type(each).__name__ == "Flip" for each in recipe.augment)


def test_groups_in_the_names(tmp_path):
    folder = tmp_path / "photos"
    for person in ("anna", "bert", "carla"):
        write(folder, ["cat", "dog"], count=4, name=person + "_{index:02}.png")
    assert survey(folder).groups == 3
    assert written(folder, tmp_path).data.group == r"^([A-Za-z]+)[_-]"


@pytest.mark.parametrize("name", ["IMG_{index}.png", "{index}.png", "{index:04}_x.png"])
def test_a_name_that_groups_nothing_is_no_group(tmp_path, name):
    folder = write(tmp_path / "photos", ["cat", "dog"], name=name, count=6)
    assert written(folder, tmp_path).data.group is None


@pytest.mark.parametrize(("people", "count"), [(4, 15), (0, 8)])
def test_what_is_little_can_still_be_divided(tmp_path, people, count):
    folder = tmp_path / "photos"
    for label in "abcde"[: 5 if not people else 2]:
        write_photos_of(folder / label, people, count)
    dataset = written(folder, tmp_path).data.build()
    assert len(dataset.validation) > 0
    assert len(dataset.read_test()) > 0


def write_photos_of(folder, people, count):
    folder.mkdir(parents=True)
    for index in range(count):
        who = f"{['anna', 'bert', 'carla', 'dora'][index % people]}_" if people else ""
        Image.new("RGB", (40, 30), index).save(folder / f"{who}{index:03}.png")


def test_a_standard_module_is_not_hidden(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "numbers", ["cat", "dog"])
    assert main(["init", "numbers"]) == 0
    assert Path("numbers_recipe.py").is_file()


def test_a_prefix_that_is_the_class_is_no_group(tmp_path):
    for label in ("cat", "dog", "emu"):
        write(tmp_path / "photos", [label], name=label + "_{index}.png")
    assert survey(tmp_path / "photos").group is None


def test_a_list_of_groups_beside_the_folder(tmp_path):
    folder = write(tmp_path / "photos", ["cat", "dog"], count=6)
    rows = [f"{label}/{index:03}.png,{index}" for label in ("cat", "dog") for index in range(6)]
    (tmp_path / "photos.groups.csv").write_text("\n".join(["file,group", *rows]) + "\n")
    assert survey(folder).groups == 6
    assert written(folder, tmp_path).data.group == str(tmp_path / "photos.groups.csv")


def test_files_that_are_no_images_are_named_and_skipped(tmp_path):
    folder = write(tmp_path / "photos", ["cat", "dog"])
    (folder / "cat" / "a.jpg").write_text("no image")
    assert survey(folder).unreadable == ("cat/a.jpg",)
    assert written(folder, tmp_path).data.unreadable == "skip"


def test_parts_that_are_there(tmp_path):
    for part in ("train", "val"):
        write(tmp_path / "photos" / part, ["cat", "dog"])
    found = survey(tmp_path / "photos")
    assert (found.splits, found.train_images, found.images) == (("train", "validation"), 12, 24)


def write_no_images(folder):
    for label in "ab":
        (folder / label).mkdir(parents=True)
        for index in range(5):
            (folder / label / f"{index}.png").write_text("no image")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: None, "does not exist"),
        (lambda folder: folder.mkdir(), "holds no images"),
        (lambda folder: write(folder, ["cat"]), "has one class, cat"),
        (lambda folder: (write(folder, ["a", "b"]), (folder / "c").mkdir()), "holds no images"),
        (lambda folder: write(folder, ["a", "b"], count=4), "has 4 images of"),
        (lambda folder: write(folder, ["."]), "outside of any class"),
        (write_no_images, "no image that can be read"),
    ],
)
def test_a_folder_that_is_no_data_set_is_refused(tmp_path, make, says):
    make(tmp_path / "photos")
    with pytest.raises(RecipeError, match=says):
        survey(tmp_path / "photos")


def test_nothing_is_overwritten(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "photos", ["cat", "dog"])
    Path("photos.py").write_text("mine")
    assert main(["init", "photos"]) == 2
    assert "photos.py is there already" in capsys.readouterr().err
    assert Path("photos.py").read_text() == "mine"
    assert main(["init", "photos", "--out", "photos.txt"]) == 2
    assert "Use photos.py" in capsys.readouterr().err


def test_real_photographs():
    root = Path(os.environ.get("KERAS_RECIPES_TEST_DATA", "nowhere")) / "images" / "sign_digits"
    if not root.is_dir():
        pytest.skip("KERAS_RECIPES_TEST_DATA names no folder with images/sign_digits")
    found = survey(root)
    assert (found.images, len(found.classes), found.height, found.width) == (2062, 10, 100, 100)
    assert found.group == str(root) + ".groups.csv"
