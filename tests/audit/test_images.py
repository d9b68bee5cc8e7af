"""One index over the parts of a data set."""

import numpy as np
import pytest
from pictures import audited, pictures

from keras_recipes import Arrays, Digits
from keras_recipes.audit import AuditedImages


def test_every_image_by_its_index():
    everything = pictures(30, side=8)
    images = audited(everything[:20], everything[20:25], everything[25:])
    assert len(images) == 30
    assert images.shape == (8, 8, 3)
    assert images.splits.tolist() == [0] * 20 + [1] * 5 + [2] * 5
    assert np.array_equal(images.read_many([3, 22, 29]), everything[[3, 22, 29]])
    about = images.about(22)
    assert (about.name, about.split, about.label) == ("train:22", "validation", "class 2")
    seen = [(start, len(batch)) for start, batch in images.batches()]
    assert seen == [(0, 20), (20, 5), (25, 5)]


def test_of_a_data_set():
    dataset = Digits().build()
    images = AuditedImages.of(dataset)
    assert len(images) == 1797
    first = len(dataset.train)
    row = dataset.validation.indices[4]
    assert images.about(first + 4).name == f"train:{row}"
    assert np.array_equal(images.read(first + 4), dataset.validation.images[row])
    assert images.about(1796).name == "test:359"
    assert images.fixed.sum() == 360


@pytest.mark.parametrize("given", [True, False])
def test_whether_the_test_set_is_given(tmp_path, given):
    arrays = {"images": pictures(40, side=4), "labels": np.arange(40) % 2}
    if given:
        arrays |= {"test_images": pictures(10, side=4), "test_labels": np.arange(10) % 2}
    np.savez(tmp_path / "a.npz", **arrays)
    images = AuditedImages.of(Arrays(str(tmp_path / "a.npz")).build())
    assert images.given_test is given
    assert images.fixed.any() == given
