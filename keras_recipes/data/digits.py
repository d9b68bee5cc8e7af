"""scikit-learn's handwritten digits: real data that is always at hand."""

import numpy as np

from keras_recipes.data.build_dataset import build_dataset
from keras_recipes.data.dataset import Dataset, Examples
from keras_recipes.data.division import Division

TEST_FRACTION = 0.2
_TEST_SEED = 0  # one test set for every run


def load(division: Division | None = None, *, classes=None, exclude=()) -> Dataset:
    """The 1,797 digits, uint8 of shape `(8, 8, 1)` in 0..255 (they come in 0..16).

    Source: `sklearn.datasets.load_digits`.
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    images = np.round(images.reshape(-1, 8, 8, 1) * (255 / 16)).astype(np.uint8)
    labels = labels.astype(np.int64)
    images, test_images, labels, test_labels = train_test_split(
        images, labels, test_size=TEST_FRACTION, random_state=_TEST_SEED, stratify=labels
    )
    return build_dataset(
        "digits",
        images,
        labels,
        class_names=[str(each) for each in range(10)],
        division=division or Division(),
        read_test=lambda: Examples.whole(test_images, test_labels),
        classes=classes,
        exclude=exclude,
        splits={"train": len(labels), "test": len(test_labels)},
    )
