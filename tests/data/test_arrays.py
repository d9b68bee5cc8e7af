"""Arrays of a `.npz` file become a data set, a piece at a time; what does not fit is refused."""

import numpy as np
import pytest

from keras_recipes import Arrays, RecipeError
from keras_recipes.data import npz_file
from keras_recipes.errors import DataUnavailable

GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(0, 256, (90, 6, 5, 3), dtype=np.uint8)
LABELS = np.arange(90) % 3
WHOLE = {"images": IMAGES, "labels": LABELS}


@pytest.fixture
def save(tmp_path):
    def save(save=np.savez, **arrays):
        save(tmp_path / "a.npz", **arrays)
        return str(tmp_path / "a.npz")

    return save


@pytest.mark.parametrize("store", ["memory", "disk"])
@pytest.mark.parametrize("how", [np.savez, np.savez_compressed])
def test_images_and_labels(save, monkeypatch, store, how):
    monkeypatch.setattr(npz_file, "_PIECE_BYTES", 1000)  # eleven images a piece
    dataset = Arrays(save(how, **WHOLE), store=store).build()
    test = dataset.read_test()
    assert dataset.name == "a"
    assert dataset.class_names == ("0", "1", "2")
    assert (len(dataset.train), len(dataset.validation), len(test)) == (64, 8, 18)
    rows = np.concatenate([each.indices for each in (dataset.train, dataset.validation, test)])
    assert sorted(rows) == list(range(90))
    assert np.array_equal(dataset.train.images, IMAGES)
    assert np.array_equal(dataset.train.class_labels(), LABELS[dataset.train.indices])
    assert dataset.train.file_names() is None


def test_grey_images_by_columns_and_small_labels(save):
    grey = np.asfortranarray(IMAGES[..., 0])
    dataset = Arrays(save(images=grey, labels=LABELS.astype(np.uint8))).build()
    assert dataset.image_shape == (6, 5, 1)
    assert np.array_equal(dataset.train.images[..., 0], grey)


def test_parts_names_and_groups(save):
    groups = np.array([f"person {each // 9}" for each in range(90)])
    path = save(
        **WHOLE,
        groups=groups,
        class_names=["cat", "dog", "emu"],
        test_images=IMAGES[:6],
        test_labels=LABELS[:6],
    )
    dataset = Arrays(path, image_size=(3, 3)).build()
    assert dataset.class_names == ("cat", "dog", "emu")
    assert not set(groups[dataset.train.indices]) & set(groups[dataset.validation.indices])
    assert np.array_equal(dataset.read_test().images[dataset.read_test().indices], IMAGES[:6])
    assert (dataset.stored_shape, dataset.image_shape) == ((6, 5, 3), (3, 3, 3))
    with pytest.raises(RecipeError, match="data.test_fraction takes no effect"):
        Arrays(path, test_fraction=0.1).build()
    path = save(**WHOLE, validation_images=IMAGES[:9], validation_labels=LABELS[:9])
    assert len(Arrays(path).build().validation) == 9


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x_train": IMAGES}, "holds no array 'images'. .*x_train"),
        ({"images": IMAGES}, "holds no array 'labels'"),
        ({**WHOLE, "images": IMAGES / 255}, "'images' as uint8 in 0..255; got float64"),
        ({**WHOLE, "images": IMAGES[0, 0]}, r"of shape \(n, height, width\)"),
        ({**WHOLE, "labels": LABELS[:5]}, r"integers of shape \(90,\)"),
        ({**WHOLE, "labels": LABELS[:, None]}, "labels.ravel"),
        ({**WHOLE, "labels": LABELS.astype(float)}, "got float64"),
        ({**WHOLE, "labels": LABELS - 1}, "got -1 to 1"),
        ({**WHOLE, "class_names": ["a", "b"]}, "classes, 2, .* got 0 to 2"),
        ({**WHOLE, "class_names": ["a", "b", "c", "d"]}, "no readable training image .* 'd'"),
        ({**WHOLE, "labels": LABELS * 0}, "at least 2; got 0 to 0"),
        ({**WHOLE, "groups": LABELS[:3]}, r"'groups' of shape \(90,\)"),
        ({**WHOLE, "labels": np.array([{}] * 90)}, "Python objects in 'labels'"),
        ({**WHOLE, "class_names": "ab"}, "a single value in 'class_names'"),
        (
            {**WHOLE, "test_images": IMAGES[:, :2], "test_labels": LABELS},
            "images of several shapes",
        ),
        ({**WHOLE, "test_images": IMAGES}, "holds no array 'test_labels'"),
    ],
)
def test_what_does_not_fit_is_refused(save, arrays, said):
    with pytest.raises(RecipeError, match=said):
        Arrays(save(**arrays)).build()


def test_files_that_are_none(tmp_path, save):
    with pytest.raises(DataUnavailable, match="does not exist"):
        Arrays(str(tmp_path / "b.npz")).build()
    (tmp_path / "b.npz").write_text("none")
    with pytest.raises(RecipeError, match=r"is no .npz file"):
        Arrays(str(tmp_path / "b.npz")).build()
    with pytest.raises(RecipeError, match=r"must end in .npz"):
        Arrays("images.npy")
    path = save(np.savez_compressed, **WHOLE)
    data = bytearray((tmp_path / "a.npz").read_bytes())
    data[500:520] = bytes(20)
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(RecipeError, match="is damaged in 'images'"):
        Arrays(path).build()
