"""Augmentation that changes what an image shows: a 2 that is mirrored, a 6 that is turned.

Each image is shown to a network that has not been trained on it, as it is and augmented once. Of
the images that it predicts correctly and confidently, and that the augmentation has changed at all,
those are counted that it then takes for another class, and among them those that it takes for it
confidently. It must not have been trained with the augmentation in question either: what it was
told of augmented images, it says of them (`keras_recipes.audit.augmentations.without`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from keras_recipes.data.dataset import Examples
from keras_recipes.studies.cross_validation import softmax
from keras_recipes.training.evaluate import EVALUATION_BATCH, wilson_interval

CONFIDENCE = 0.8
"""Probability from which on a prediction is called confident."""
_SMALLEST_CHANGE = 0.5
"""Of 255: what changes no value by more has left the image as it was."""


@dataclass(frozen=True, kw_only=True)
class ChangedImage:
    """An image that is taken for another class once it is augmented.

    Attributes:
        row: of the data set, as in `Examples.indices`.
        predicted: class id.
        confidence: probability of that class.
        image: the augmented image as the network sees it, uint8 `(height, width, channels)`.
    """

    row: int
    predicted: int
    confidence: float
    image: np.ndarray = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class LabelChanges:
    """What one augmentation does to the predictions.

    Attributes:
        augmentation: as the recipe names it.
        outcomes: int64 `(classes, classes)`: of the images of a class (first axis), how many are
            predicted as each afterwards, whatever the confidence.
        confident: the same of those that are predicted confidently afterwards.
        unchanged: images that the augmentation left as they were, int64 `(classes,)`.
        examples: class id to some of the images that change it, those first that are taken for
            another most confidently.
    """

    augmentation: str
    outcomes: np.ndarray
    confident: np.ndarray
    unchanged: np.ndarray
    examples: dict[int, tuple[ChangedImage, ...]]

    def tried(self, label: int) -> int:
        """Images of the class: correct and confident before, changed by the augmentation."""
        return int(self.outcomes[label].sum())

    def flips(self, label: int) -> int:
        """How many are taken for another class, whatever the confidence."""
        return self.tried(label) - int(self.outcomes[label, label])

    def confident_flips(self, label: int) -> int:
        """How many are confidently taken for another class."""
        return int(self.confident[label].sum() - self.confident[label, label])

    def becomes(self, label: int) -> int:
        """The class that most of its flips are taken for; -1 where there are none."""
        others = self.outcomes[label].copy()
        others[label] = 0
        return int(others.argmax()) if others.any() else -1

    def interval(self, label: int, confident: bool = False) -> tuple[float, float]:
        """Wilson's 95 % interval of the share that flips, or flips confidently; (0, 1) of none."""
        tried = self.tried(label)
        if tried == 0:
            return 0.0, 1.0
        flips = self.confident_flips(label) if confident else self.flips(label)
        low, high = wilson_interval(flips, tried)
        return max(low, 0.0), min(high, 1.0)


def label_changes(
    name: str,
    networks: Iterable[tuple[Callable, Examples]],
    pipeline: Callable | None,
    num_classes: int,
    *,
    confidence: float = CONFIDENCE,
    shown: int = 12,
) -> LabelChanges:
    """Count how often an augmentation changes what networks see.

    Reads a batch at a time, and keeps no more than `shown` images of each class.

    Args:
        name: of the augmentation.
        networks: each a function from images, float32 in 0..255 `(n, height, width, channels)` of
            the examples' `image_shape`, to logits `(n, classes)`; and examples that it was not
            trained on.
        pipeline: the augmentation, as `build_pipeline` makes it, for batches of any size; None to
            predict the same images once more, of which none may flip.
        num_classes: length of a label.
        confidence: probability of the given class from which on an image counts.
        shown: images to keep of each class.
    """
    counter = _Counter(num_classes, shown)
    for number, (predict, examples) in enumerate(networks):
        for step, start in enumerate(range(0, len(examples), EVALUATION_BATCH)):
            batch = examples.subset(slice(start, start + EVALUATION_BATCH))
            plain, augmented = _augmented(batch, pipeline, num_classes, number, step)
            labels = batch.class_labels()
            before, after = (
                softmax(np.asarray(predict(each), np.float64)) for each in (plain, augmented)
            )
            sure = before[np.arange(len(labels)), labels] >= confidence
            sure &= before.argmax(axis=1) == labels
            differs = np.abs(augmented - plain).max(axis=(1, 2, 3)) > _SMALLEST_CHANGE
            if pipeline is None:
                differs = np.ones(len(labels), bool)
            counter.add(batch.indices, labels, sure, differs, after, confidence, augmented)
    return counter.result(name)


def _augmented(batch, pipeline, num_classes, epoch, step):
    """The images of a batch as the network sees them, as they are and augmented: float32 arrays."""
    import tensorflow as tf

    from keras_recipes.data.central_resize import central_resize

    stored, size = tf.constant(np.asarray(batch.images[batch.indices])), batch.image_shape[:2]
    plain = central_resize(stored, size).numpy()
    if pipeline is None:
        return plain, plain
    images, _ = pipeline(
        stored,
        tf.one_hot(batch.class_labels(), num_classes),
        tf.constant(epoch, tf.int64),
        tf.constant(step, tf.int64),
    )
    return plain, central_resize(images, size).numpy()


class _Counter:
    """Counts of one augmentation, and its clearest images."""

    def __init__(self, num_classes, shown):
        self.outcomes = np.zeros((num_classes, num_classes), np.int64)
        self.confident = np.zeros((num_classes, num_classes), np.int64)
        self.unchanged = np.zeros(num_classes, np.int64)
        self._examples = {label: [] for label in range(num_classes)}
        self._shown = shown

    def add(self, rows, labels, sure, differs, after, confidence, images):
        predicted, probability = after.argmax(axis=1), after.max(axis=1)
        np.add.at(self.unchanged, labels[sure & ~differs], 1)
        counted = sure & differs
        np.add.at(self.outcomes, (labels[counted], predicted[counted]), 1)
        confident = counted & (probability >= confidence)
        np.add.at(self.confident, (labels[confident], predicted[confident]), 1)
        flipped = np.flatnonzero(counted & (predicted != labels))
        for position in flipped[np.argsort(-probability[flipped], kind="stable")]:
            kept = self._examples[int(labels[position])]
            if len(kept) == self._shown and kept[-1].confidence >= probability[position]:
                continue
            kept.append(
                ChangedImage(
                    row=int(rows[position]),
                    predicted=int(predicted[position]),
                    confidence=float(probability[position]),
                    image=np.clip(np.round(images[position]), 0, 255).astype(np.uint8),
                )
            )
            kept.sort(key=lambda each: -each.confidence)
            del kept[self._shown :]

    def result(self, name):
        return LabelChanges(
            augmentation=name,
            outcomes=self.outcomes,
            confident=self.confident,
            unchanged=self.unchanged,
            examples={label: tuple(kept) for label, kept in self._examples.items() if kept},
        )
