"""All images of a data set by one index: training, validation, test; read as they are asked for."""

from collections.abc import Iterator

import numpy as np

from keras_recipes.audit.finding import AuditedImage
from keras_recipes.data.dataset import Dataset, Examples

_BATCH_BYTES = 8 << 20


class AuditedImages:
    """The images of a data set by one index: first those to train on, then validation, then test.

    What is at position p of `dataset.train` has the index p; the validation images begin at
    `len(dataset.train)`.

    Args:
        name: of the data set.
        class_names: by label.
        parts: `Examples` of `"train"`, `"validation"` and `"test"`, in this order.
        skipped: files that are left out since they can't be read.
        given_test: whether the data has a test part of its own. Where a run holds its test images
            out of the others, it holds out others as soon as any image is left out.
    """

    def __init__(
        self, name: str, class_names, parts: dict[str, Examples], skipped=(), given_test=True
    ):
        self.name = name
        self.class_names = tuple(class_names)
        self.parts = parts
        self.skipped = tuple(skipped)
        self.given_test = given_test
        counts = [len(each) for each in self.parts.values()]
        self._starts = np.cumsum([0, *counts])
        self.labels = np.concatenate([each.class_labels() for each in self.parts.values()])
        """int64 class ids, shape `(images,)`."""
        self.splits = np.repeat(np.arange(len(counts), dtype=np.int8), counts)
        """Of each: 0 for training, 1 for validation, 2 for test; shape `(images,)`."""

    @classmethod
    def of(cls, dataset: Dataset, files=()) -> "AuditedImages":
        """All of a data set, as `data.build()` of a recipe gives it; its test set is read.

        Args:
            dataset: the data set.
            files: its `LabelledFile`s, where they are files.
        """
        test = dataset.read_test()
        parts = {"train": dataset.train, "validation": dataset.validation, "test": test}
        if files:
            given = any(each.split == "test" for each in files)
        else:  # rows of a split of its own, or of the one that is called so
            given = test.sources != dataset.train.sources or any(
                test.row_name(row).startswith("test:") for row in test.indices[:1]
            )
        return cls(dataset.name, dataset.class_names, parts, dataset.skipped, given)

    @property
    def fixed(self) -> np.ndarray:
        """Which images no exclude list should name, those of a given test set; bool `(images,)`."""
        return (self.splits == 2) & self.given_test

    def __len__(self):
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image, as it is stored."""
        return self.parts["train"].stored_shape

    def about(self, index: int) -> AuditedImage:
        """What there is to say of one image."""
        split, examples, position = self._find(index)
        return AuditedImage(
            name=examples.row_name(examples.indices[position]),
            split=split,
            label=self.class_names[self.labels[index]],
            index=int(index),
        )

    def read(self, index: int) -> np.ndarray:
        """Pixels of one image, uint8 `(height, width, channels)`."""
        _, examples, position = self._find(index)
        return np.asarray(examples.images[examples.indices[position]])

    def read_many(self, indices) -> np.ndarray:
        """Pixels of several, uint8 `(n, height, width, channels)`."""
        return np.stack([self.read(each) for each in indices])

    def batches(self) -> Iterator[tuple[int, np.ndarray]]:
        """(index of the first, images uint8 `(n, height, width, channels)`), some 8 MiB a time."""
        at_once = max(1, min(1024, _BATCH_BYTES // int(np.prod(self.shape))))
        for start, examples in zip(self._starts, self.parts.values(), strict=False):
            for first in range(0, len(examples), at_once):
                rows = examples.indices[first : first + at_once]
                yield int(start) + first, np.asarray(examples.images[rows])

    def _find(self, index):
        number = self.splits[index]
        split = list(self.parts)[number]
        return split, self.parts[split], index - self._starts[number]
