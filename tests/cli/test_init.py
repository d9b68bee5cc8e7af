"""A recipe for a folder: what is found there decides what is written, and it loads."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image
from tiny_run import write_photos

from keras_recipes import Folder, RecipeError
from keras_recipes.cli.main import main
from keras_recipes.cli.recipe_for_folder import recipe_for
from keras_recipes.data.survey import survey
from keras_recipes.recipe.load import load


def write(folder, names, count=6, size=(40, 30), mode="RGB", name="{index:03}.png"):
    for label in names:
        (folder / label).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            colour = index if mode == "L" else (200, index, 40)
            Image.new(mode, size, colour).save(folder / label / name.format(index=index))
    return folder


def written(folder, tmp_path):
    file = tmp_path / "written.py"
    file.write_text(recipe_for(survey(folder), file, "2026-01-01"))
    return load(str(file)).recipe


def test_the_written_recipe_is_clean_and_loads(tmp_path, monkeypatch, capsys):
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
    assert main(["show", "my_photos.py"]) == 0  # test_folder_to_use.py trains such a recipe
    assert len(load("my_photos.py").recipe.data.build().train) > 20


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
    recipe = written(folder, tmp_path)
    assert recipe.data.group == r"^([A-Za-z]+)[_-]"
    assert len(recipe.data.build().validation) == 8  # one of three


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
    shutil.copy(folder / "dog" / "000.png", folder / "dog" / "cut.png")
    (folder / "dog" / "cut.png").write_bytes((folder / "dog" / "000.png").read_bytes()[:60])
    found = survey(folder)
    assert list(found.unreadable) == ["cat/a.jpg", "dog/cut.png"]
    assert found.unreadable["cat/a.jpg"] == "not an image of a known format"
    assert found.classes == {"cat": 6, "dog": 6}
    recipe = written(folder, tmp_path)
    assert recipe.data.unreadable == "skip"
    assert set(recipe.data.build().skipped) == {"cat/a.jpg", "dog/cut.png"}


def test_photographs_are_measured_upright(tmp_path):
    folder = write(tmp_path / "photos", ["cat", "dog"], size=(300, 200), name="{index}.jpg")
    for each in folder.glob("*/*.jpg"):
        with Image.open(each) as image:
            exif = image.getexif()
            exif[ExifTags.Base.Orientation] = 6  # a quarter turn to the right
            image.save(each, exif=exif)
    found = survey(folder)
    assert (found.height, found.width) == (300, 200)


@pytest.mark.parametrize("suffix", ["jpg", "webp", "png"])
def test_grey_images_saved_as_rgb_are_grey(tmp_path, suffix):
    generator = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for index in range(6):
            grey = Image.fromarray(generator.integers(0, 256, (30, 40), np.uint8))
            grey.convert("RGB").save(tmp_path / "photos" / label / f"{index}.{suffix}")
    assert written(tmp_path / "photos", tmp_path).data.channels == 1


def test_small_images_are_said_to_be_enlarged(tmp_path):
    folder = write(tmp_path / "photos", ["cat", "dog"], size=(20, 24))
    assert written(folder, tmp_path).data.image_size == (64, 64)
    assert "24 by 20 or larger: they are enlarged." in (tmp_path / "written.py").read_text()


def test_many_images_are_not_all_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_recipes.data.survey.MOST_LOOKED_AT", 5)
    found = survey(write(tmp_path / "photos", ["cat", "dog"]))
    assert (found.looked_at, found.images) == (5, 12)


def test_names_of_every_kind_are_written_so_that_they_load(tmp_path):
    for name in ('quote"s', "back\\slash", "Größe 😀", "line\nbreak", os.fsdecode(b"\xff")):
        folder = write(tmp_path / name, ["cat", "dog"])
        (folder / "cat" / f"{name}.jpg").write_text("no image")
        recipe = written(folder, tmp_path)
        assert Path(recipe.data.path).resolve() == folder.resolve()


def test_a_list_of_groups_that_does_not_fit_is_told(tmp_path):
    folder = write(tmp_path / "photos", ["cat", "dog"])
    (tmp_path / "photos.groups.csv").write_text("file,group\ncat/000.png,anna\n")
    with pytest.raises(RecipeError, match="groups.csv lies beside the folder .* move it elsewhere"):
        survey(folder)
    rows = [f"{label}/{index:03}.png,{label}" for label in ("cat", "dog") for index in range(6)]
    (tmp_path / "photos.groups.csv").write_text("\n".join(["file,group", *rows]) + "\n")
    with pytest.raises(RecipeError, match="photos can't be divided .* class 'cat' is in 1"):
        survey(folder)


@pytest.mark.parametrize("count", [3, 4, 6])
def test_what_is_accepted_can_be_divided(tmp_path, count):
    """And what is refused can't, by the very division."""
    folder = write(tmp_path / "photos", ["cat", "dog", "emu"], count=count)
    if count == 3:
        with pytest.raises(RecipeError, match="photos can't be divided into parts"):
            survey(folder)
        with pytest.raises(RecipeError, match="data.test_fraction is 0.2, and of 9 images"):
            Folder(str(folder)).build()
    else:
        assert len(written(folder, tmp_path).data.build().validation) >= 3


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
        (lambda folder: folder.mkdir(), "photos holds no classes"),
        (lambda folder: write(folder, ["cat"]), "photos holds one class, 'cat'"),
        (lambda folder: (write(folder, ["a", "b"]), (folder / "c").mkdir()), "holds no images"),
        (lambda folder: write(folder, ["a", "b"], count=1), "class 'a' has 1"),
        (lambda folder: write(folder, ["."]), "outside of all classes"),
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
    assert main(["init", "photos", "--overwrite"]) == 0
    assert load("photos.py").recipe.data.path
    assert main(["init", "photos", "--out", "photos.txt"]) == 2
    assert "Use photos.py" in capsys.readouterr().err


def test_real_photographs():
    root = Path(os.environ.get("KERAS_RECIPES_TEST_DATA", "nowhere")) / "images" / "sign_digits"
    if not root.is_dir():
        pytest.skip("KERAS_RECIPES_TEST_DATA names no folder with images/sign_digits")
    found = survey(root)
    assert (found.images, len(found.classes), found.height, found.width) == (2062, 10, 100, 100)
    assert found.group == str(root) + ".groups.csv"
