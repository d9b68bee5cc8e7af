"""Some of the classes: in every part of every source, numbered anew."""

import numpy as np
import pytest
from PIL import Image

from keras_recipes import TFDS, Arrays, Digits, Folder
from keras_recipes.data import digits
from keras_recipes.errors import RecipeError

COLOURS = {"blue": 0, "green": 1, "red": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """30 images a class, each of one brightness, as a folder and as arrays."""
    folder = tmp_path_factory.mktemp("colours")
    images, labels = [], []
    for name, label in COLOURS.items():
        (folder / "photos" / name).mkdir(parents=True)
        for index in range(30):
            pixels = np.full((6, 6, 3), 10 + 100 * label, np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{index}.png")
            images.append(pixels)
            labels.append(label)
    np.savez(folder / "a.npz", images=images, labels=labels, class_names=list(COLOURS),
             groups=[f"{each}-{index % 10}" for index, each in enumerate(labels)])  # fmt: skip
    return folder


@pytest.mark.parametrize("kind", [Folder, Arrays])
def test_labels_follow_the_stated_order_in_every_part(folder, kind):
    path = folder / ("photos" if kind is Folder else "a.npz")
    dataset = kind(str(path), image_size=(6, 6), classes=("red", "blue")).build()
    assert dataset.class_names == ("red", "blue")
    assert dataset.num_classes == 2
    for part in (dataset.train, dataset.validation, dataset.read_test()):
        assert len(part) > 0
        brightness = part.images[part.indices, 0, 0, 0]
        assert np.array_equal(brightness, np.where(part.class_labels() == 0, 210, 10))
        assert set(part.class_labels()) == {0, 1}
    everything = len(dataset.train) + len(dataset.validation) + len(dataset.read_test())
    assert everything == 60


def test_digits_keep_their_division_within_a_class():
    chosen = Digits(classes=("7", "1"), train_examples=40).build()
    assert np.bincount(chosen.train.class_labels()).tolist() == [20, 20]
    test = digits.load().read_test()
    seven = test.images[test.indices][test.class_labels() == 7]
    ours = chosen.read_test()
    assert np.array_equal(ours.images[ours.indices][ours.class_labels() == 0], seven)


def test_the_fingerprint_tells_them_apart():
    prints = {
        Digits(classes=classes).build().fingerprint
        for classes in (None, ("1", "7"), ("7", "1"), ("1", "8"))
    }
    assert len(prints) == 4


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (("1", "I"), "data.classes names 'I'"),
        (("1",), "must name two classes or more"),
        (("1", "1"), "each once"),
    ],
)
def test_what_is_no_choice_is_refused(classes, said):
    with pytest.raises(RecipeError, match=said):
        Digits(classes=classes).build()


def test_real_cifar10(real_data, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(real_data / "tfds"))
    split = {"train_split": "train[:300]", "test_split": "test[:200]"}
    every = TFDS("cifar10", **split).build()
    some = TFDS("cifar10", **split, classes=("truck", "cat")).build()
    test, ours = every.read_test(), some.read_test()
    wanted = [every.class_names.index(each) for each in ("truck", "cat")]
    kept = np.isin(test.class_labels(), wanted)
    assert np.array_equal(ours.images[ours.indices], test.images[test.indices][kept])
    assert np.array_equal(
        ours.class_labels(), np.where(test.class_labels()[kept] == wanted[0], 0, 1)
    )
