"""Images with their labels, and the three parts that a run divides them into."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Images and labels that can be read at any index.

    Attributes:
        images: uint8, shape `(examples, height, width, channels)`; an array, or a memory map. Or
            what stands in their place: features, float32 `(examples, ...)`.
        labels: int64 class ids, shape `(examples,)`.
        indices: rows of `images` and `labels` that belong to these examples, shape `(n,)`.
        image_size: `(height, width)` that the network sees, where it is another than the stored
            one: training images are augmented first, from all the pixels that are stored.
        files: name of the file behind each row of `images`, or None.
        sources: where rows come from that are no files: `(split, its first row)`, in rising order.
    """

    images: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    image_size: tuple[int, int] | None = None
    files: tuple[str, ...] | None = None
    sources: tuple[tuple[str, int], ...] = (("train", 0),)

    def __len__(self):
        return len(self.indices)

    @property
    def are_images(self) -> bool:
        """Whether they are images, not features."""
        return self.images.dtype == np.uint8

    @property
    def stored_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of an image as it is kept, and as augmentation gets it."""
        return tuple(self.images.shape[1:])

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of an image as the network gets it."""
        return (*(self.image_size or self.images.shape[1:3]), self.images.shape[3])

    @classmethod
    def whole(cls, images, labels, **about) -> "Examples":
        """All of the images given; `about` may state `image_size`, `files` and `sources`."""
        return cls(images=images, labels=labels, indices=np.arange(len(labels)), **about)

    def subset(self, positions) -> "Examples":
        """Those at `positions`; the images are shared, not copied."""
        return replace(self, indices=self.indices[positions])

    def class_labels(self) -> np.ndarray:
        """The label of each example, shape `(n,)`."""
        return self.labels[self.indices]

    def row_name(self, row) -> str:
        """What `exclude=` calls a row of `images`: its file, or `"train:17"`."""
        if self.files is not None:
            return self.files[row]
        split, first = [each for each in self.sources if each[1] <= row][-1]
        return f"{split}:{row - first}"

    def file_names(self) -> tuple[str, ...] | None:
        """The file of each example, or None where they do not come from files."""
        return self.files and tuple(self.files[row] for row in self.indices)


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
    """SHA-256, in hexadecimal, of the images and labels that were divided, and of the parts and
    groups that the source itself puts them in."""
    skipped: tuple[str, ...] = ()
    """Files that were left out, as the recipe asks, since they can't be read."""

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) that the network sees."""
        return self.train.image_shape

    @property
    def stored_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) that augmentation starts from."""
        return self.train.stored_shape

    def of_size(self, image_size: tuple[int, int] | None) -> "Dataset":
        """The same, its training and validation images seen as `(height, width)`.

        None leaves them as they are. The test set stays as it is.
        """
        if image_size is None:
            return self
        train, validation = (
            replace(each, image_size=tuple(image_size)) for each in (self.train, self.validation)
        )
        return replace(self, train=train, validation=validation)


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
    # Few enough at once that large images, too, take some 64 MiB as float64 and squared.
    at_once = max(1, min(512, (4 << 20) // int(np.prod(examples.stored_shape))))
    for start in range(0, len(rows), at_once):
        images = np.asarray(examples.images[rows[start : start + at_once]], dtype=np.float64)
        total = total + images.sum(axis=(0, 1, 2))
        square = square + np.square(images).sum(axis=(0, 1, 2))
        count += images.size // images.shape[-1]
    mean = total / count
    return tuple(mean.tolist()), tuple((square / count - mean**2).tolist())
