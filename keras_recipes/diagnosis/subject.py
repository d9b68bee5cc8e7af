"""What is diagnosed: a compiled model, and examples as training would give them to it."""

import functools
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_recipes.diagnosis.outputs import OF_SOFTMAX, kind_of, loss_name

EXAMPLES = 1000
"""The most that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What training is planned to be; None where it is not known."""

    epochs: int | None = None
    steps_per_epoch: int | None = None
    callbacks: tuple = ()
    validates: bool | None = None

    @property
    def steps(self) -> int | None:
        """Of the whole training."""
        if self.epochs is None or self.steps_per_epoch is None:
            return None
        return self.epochs * self.steps_per_epoch


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model and some of its data, all in memory.

    Attributes:
        model: compiled and built.
        x: inputs of some examples, NumPy, shape `(n, ...)`.
        y: their labels as the loss gets them, shape `(n,)`, `(n, 1)` or `(n, classes)`.
        batch_size: of training.
        in_order: whether the examples are the first of a stream, in its order.
        all_labels: of the whole data set, where they are known.
        plan: what training is planned to be.
        originals: `(images, class ids)` without augmentation, where `x` is augmented.
    """

    model: Any
    x: np.ndarray
    y: np.ndarray
    batch_size: int
    in_order: bool
    all_labels: np.ndarray | None = None
    plan: Plan = field(default_factory=Plan)
    originals: tuple | None = None

    @functools.cached_property
    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        """The first batch: inputs and labels."""
        return self.x[: self.batch_size], self.y[: self.batch_size]

    @functools.cached_property
    def outputs(self) -> np.ndarray:
        """What the model says of `x` in inference, float32, shape `(n, outputs)`."""
        said = [
            np.asarray(self.model(self.x[start : start + 128], training=False), np.float32)
            for start in range(0, len(self.x), 128)
        ]
        return np.concatenate(said)

    @functools.cached_property
    def output_dtype(self) -> str:
        """Number format that the model returns."""
        return keras.backend.standardize_dtype(self.model(self.x[:1], training=False).dtype)

    @functools.cached_property
    def classes(self) -> int:
        """Outputs of the model; 2 where a single one tells two classes apart."""
        return max(2, self.outputs.shape[-1])

    @functools.cached_property
    def output_kind(self) -> str:
        """What the outputs are: see `kind_of`."""
        return kind_of(self.model, self.x, self.outputs)

    @functools.cached_property
    def is_multi_label(self) -> bool:
        """Whether labels are rows of yes and no: an example may be of several classes, or none."""
        rows, name = self.y, loss_name(self.model)
        if self.has_ids or rows.shape[1] != self.classes or rows.min() < 0 or rows.max() > 1:
            return False
        if np.allclose(rows.sum(axis=1), 1, atol=1e-2):
            return False
        return name not in OF_SOFTMAX and self.output_kind != "softmax"

    @property
    def choices(self) -> int:
        """Classes that a label chooses from: 2 where each output is a yes or no of its own."""
        return 2 if self.is_multi_label else self.classes

    @property
    def has_ids(self) -> bool:
        """Whether labels are class ids rather than rows."""
        return self.y.ndim == 1 or (self.y.ndim == 2 and self.y.shape[1] == 1)

    @functools.cached_property
    def class_ids(self) -> np.ndarray:
        """Class of each example, shape `(n,)`."""
        return ids_of(self.y)


def ids_of(labels: np.ndarray) -> np.ndarray:
    """Class ids of labels in either form, shape `(n,)`; of shares the nearest, or the largest."""
    if labels.ndim > 1 and labels.shape[1] > 1:
        return labels.argmax(-1)
    return np.round(labels.reshape(-1).astype(np.float64)).astype(np.int64)
