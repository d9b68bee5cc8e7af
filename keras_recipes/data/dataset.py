"""Images with their labels, and the three parts that a run divides them into."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keras_recipes.data.division import Division, divide


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Images and labels that can be read at any index.

    Attributes:
        images: uint8, shape `(examples, height, width, channels)`; an array, or a memory map.
        labels: int64 class ids, shape `(examples,)`.
        indices: rows of `images` and `labels` that belong to these examples, shape `(n,)`.
    """

    images: np.ndarray
    labels: np.ndarray
    indices: np.ndarray

    def __len__(self):
        return len(self.indices)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return tuple(self.images.shape[1:])

    @classmethod
    def whole(cls, images, labels) -> "Examples":
        """All of the images given."""
        return cls(images=images, labels=labels, indices=np.arange(len(labels)))

    def subset(self, positions) -> "Examples":
        """Those at `positions`; the images are shared, not copied."""
        return Examples(images=self.images, labels=self.labels, indices=self.indices[positions])

    def class_labels(self) -> np.ndarray:
        """The label of each example, shape `(n,)`."""
        return self.labels[self.indices]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What a run trains, validates and, at the end, tests on."""

    name: str
    train: Examples
    validation: Examples
    read_test: Callable[[], Examples]
    """Reads the test set; called once, when training is over."""
    class_names: tuple[str, ...]
    fingerprint: str
    """SHA-256, in hexadecimal, of the images and labels that were divided."""

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self.train.image_shape


def build_dataset(
    name, images, labels, *, class_names, division: Division, read_test, fingerprint=None
) -> Dataset:
    """Divide images with known labels into training and validation examples.

    Raises:
        RecipeError: if the division asks for more than there is.
    """
    whole = Examples.whole(images, labels)
    train, validation = divide(labels, division)
    return Dataset(
        name=name,
        train=whole.subset(train),
        validation=whole.subset(validation),
        read_test=read_test,
        class_names=tuple(class_names),
        fingerprint=fingerprint or fingerprint_of(images, labels),
    )


def fingerprint_of(images, labels) -> str:
    """SHA-256 of images and labels, with their shapes."""
    digest = hashlib.sha256()
    for array in (labels, images):
        digest.update(repr((array.shape, array.dtype.str)).encode())
        for start in range(0, len(array), 4096):
            digest.update(np.ascontiguousarray(array[start : start + 4096]).data)
    return digest.hexdigest()


def channel_statistics(examples: Examples, at_most: int = 10_000) -> tuple[tuple, tuple]:
    """(mean, variance) of each channel over up to `at_most` evenly spaced examples, in 0..255."""
    chosen = np.linspace(0, len(examples) - 1, min(at_most, len(examples))).astype(int)
    rows = np.sort(examples.indices[chosen])
    total = square = count = 0
    for start in range(0, len(rows), 512):
        images = np.asarray(examples.images[rows[start : start + 512]], dtype=np.float64)
        total = total + images.sum(axis=(0, 1, 2))
        square = square + np.square(images).sum(axis=(0, 1, 2))
        count += images.size // images.shape[-1]
    mean = total / count
    return tuple(mean.tolist()), tuple((square / count - mean**2).tolist())
