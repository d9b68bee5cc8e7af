"""What is diagnosed: a compiled model, and examples as training would give them to it."""

import functools
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from keras_recipes.errors import RecipeError

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

    @property
    def has_ids(self) -> bool:
        """Whether labels are class ids rather than rows."""
        return self.y.ndim == 1 or (self.y.ndim == 2 and self.y.shape[1] == 1)

    @functools.cached_property
    def class_ids(self) -> np.ndarray:
        """Class of each example, shape `(n,)`."""
        return ids_of(self.y)


def ids_of(labels: np.ndarray) -> np.ndarray:
    """Class ids of labels in either form, shape `(n,)`."""
    return labels.reshape(-1) if labels.ndim == 1 or labels.shape[1] == 1 else labels.argmax(-1)


def make_subject(model, data, *, batch_size: int = 32, plan: Plan | None = None) -> Subject:
    """Look at up to `EXAMPLES` examples of `data`.

    Args:
        model: compiled; built here if it is not.
        data: `(x, y)` arrays, of which some are drawn, or a `tf.data.Dataset` or
            `keras.utils.PyDataset` of batches, whose first are taken.
        batch_size: of arrays.
        plan: what training is planned to be.

    Raises:
        RecipeError: if the model is not compiled, has several inputs or outputs, or there are no
            labelled examples.
    """
    if not isinstance(model, keras.Model) or getattr(model, "optimizer", None) is None:
        raise RecipeError(
            "diagnose: model", "must be a compiled keras.Model; it has no loss and no optimizer",
            "Call model.compile(optimizer=..., loss=...) first.",
        )  # fmt: skip
    if isinstance(data, tuple):
        x, y, all_labels = _draw(data, batch_size)
        in_order = False
    else:
        x, y, batch_size = _first_batches(data)
        all_labels, in_order = None, True
    said = model(x[:1], training=False)
    if not hasattr(said, "shape") or len(said.shape) != 2:
        raise RecipeError(
            "diagnose: model",
            "must return one output of shape (batch, classes); it returns "
            + (str(tuple(said.shape)) if hasattr(said, "shape") else f"a {type(said).__name__}"),
            "Diagnose a model of one of its outputs.",
        )
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return Subject(
        model=model, x=x, y=y, batch_size=batch_size, in_order=in_order, all_labels=all_labels,
        plan=plan or Plan(),
    )  # fmt: skip


def _draw(data, batch_size):
    if len(data) < 2 or isinstance(data[0], dict | list | tuple):
        raise RecipeError(
            "diagnose: data", "must be one array of inputs and one of labels",
            "Use (x, y), or a dataset of batches.",
        )  # fmt: skip
    x, y = data[0], np.asarray(data[1])
    if len(x) != len(y) or not len(y):
        raise RecipeError(
            "diagnose: data", f"has {len(x)} inputs and {len(y)} labels", "Give as many of both."
        )
    chosen = np.random.default_rng(0).permutation(len(y))[: max(EXAMPLES, batch_size)]
    return np.asarray(x)[chosen], y[chosen], y


def _first_batches(data):
    import tensorflow as tf

    if not isinstance(data, tf.data.Dataset | keras.utils.PyDataset):
        raise RecipeError(
            "diagnose: data",
            f"must be arrays, a tf.data.Dataset or a PyDataset; got {type(data).__name__}",
            "Use (x, y), or a dataset of batches.",
        )
    parts, count = [], 0
    batches = data if isinstance(data, tf.data.Dataset) else (data[n] for n in range(len(data)))
    for batch in batches:
        if not isinstance(batch, tuple) or len(batch) < 2 or hasattr(batch[0], "keys"):
            raise RecipeError(
                "diagnose: data", "must give batches of one array of inputs and one of labels",
                "Have each be a tuple (x, y).",
            )  # fmt: skip
        x, y = np.asarray(batch[0]), np.asarray(batch[1])
        if y.ndim == 0 or len(x) != len(y):
            raise RecipeError(
                "diagnose: data",
                f"gives {x.shape} inputs with {y.shape} labels, which is no batch",
                "Add .batch(32) to the dataset.",
            )  # fmt: skip
        parts.append((x, y))
        count += len(x)
        if count >= EXAMPLES:
            break
    if not parts:
        raise RecipeError("diagnose: data", "holds no batch", "Give it at least one.")
    return (*(np.concatenate(each) for each in zip(*parts, strict=True)), len(parts[0][0]))
