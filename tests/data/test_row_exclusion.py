"""Images that are no files are left out by split and row."""

import numpy as np
import pytest

from keras_recipes import TFDS, Arrays, Digits, RecipeError
from keras_recipes.data.row_exclusion import excluded_rows

COUNTS = {"train": 10, "test": 4}


def names(examples):
    return [examples.row_name(row) for row in examples.indices]


def test_rows_of_each_split(tmp_path):
    found = excluded_rows(("train:7", "test:0", "train:2", "train:7"), COUNTS)
    assert {split: rows.tolist() for split, rows in found.items()} == {"train": [2, 7], "test": [0]}
    (tmp_path / "out.txt").write_text("# near-duplicates\ntrain:7\n\n test:0 \ntrain:2\n")
    (tmp_path / "out.csv").write_text("file,why\ntrain:7,x\ntest:0,\ntrain:2,\n")
    for file in ("out.txt", "out.csv"):
        again = excluded_rows(str(tmp_path / file), COUNTS)
        assert {split: rows.tolist() for split, rows in again.items()} == {
            "train": [2, 7],
            "test": [0],
        }
    assert all(not len(rows) for rows in excluded_rows((), COUNTS).values())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("train:10", "names 'train:10', and train has 10 images. Make the list anew"),
        ("tain:1", "of a split that is not used. Did you mean 'train'?"),
        ("cat/7.jpg", "must name images by split and row; got 'cat/7.jpg'. Write, for example"),
        ("train:-1", "must name images by split and row; got 'train:-1'"),
        ("17", "of a split that is not used. There is train, test."),
    ],
)
def test_what_names_no_image_is_refused(name, says):
    with pytest.raises(RecipeError) as caught:
        excluded_rows((name,), COUNTS)
    assert says in str(caught.value)
    assert str(caught.value).startswith("data.exclude ")


def test_a_list_that_is_not_there():
    with pytest.raises(RecipeError, match="data.exclude nowhere.txt can't be read"):
        excluded_rows("nowhere.txt", COUNTS)


def test_digits_lack_what_is_excluded():
    whole = Digits().build()
    without = Digits(exclude=("train:5", "train:1000", "test:3")).build()
    left = names(without.train) + names(without.validation)
    everything = names(whole.train) + names(whole.validation)
    assert set(everything) - set(left) == {"train:5", "train:1000"}
    assert set(names(whole.read_test())) - set(names(without.read_test())) == {"test:3"}
    row = without.train.indices[17]  # rows keep their numbers
    assert np.array_equal(without.train.images[row], whole.train.images[row])
    assert whole.fingerprint != without.fingerprint
    assert without.fingerprint != Digits(exclude=("train:5",)).build().fingerprint
    some = Digits(exclude=("train:5",), classes=("3", "1")).build()
    assert "train:5" not in names(some.train) + names(some.validation)


def test_arrays_name_the_rows_of_each_part(tmp_path):
    generator = np.random.default_rng(0)
    arrays = {}
    for part, count in (("", 40), ("validation_", 12), ("test_", 20)):
        arrays[f"{part}images"] = generator.integers(0, 256, (count, 4, 4), dtype=np.uint8)
        arrays[f"{part}labels"] = np.arange(count) % 2
    np.savez(tmp_path / "a.npz", groups=np.arange(40) // 2, **arrays)
    data = Arrays(str(tmp_path / "a.npz"), exclude=("train:39", "validation:0", "test:19"))
    dataset = data.build()
    assert names(dataset.train) == [f"train:{row}" for row in range(39)]
    assert names(dataset.validation) == [f"validation:{row}" for row in range(1, 12)]
    test = dataset.read_test()
    assert names(test) == [f"test:{row}" for row in range(19)]
    assert np.array_equal(test.images[test.indices][..., 0], arrays["test_images"][:19])


def test_a_split_of_tfds_is_named_as_the_recipe_does(real_data, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(real_data / "tfds"))
    data = TFDS(
        "cifar10",
        train_split="train[:200]",
        test_split="test[:50]",
        exclude=("train[:200]:17", "test[:50]:49"),
    )
    dataset = data.build()
    left = names(dataset.train) + names(dataset.validation)
    assert sorted(set(range(200)) - {int(each.split(":")[-1]) for each in left}) == [17]
    assert names(dataset.read_test()) == [f"test[:50]:{row}" for row in range(49)]
