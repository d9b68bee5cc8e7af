"""Augmentation that changes what an image shows: a 2 that is mirrored, a 6 that is turned.

Each image is shown to two networks that have not been trained on it, of the same settings but for
one thing: the one has never seen the augmentation, the other has been trained with it. Of the
images that both predict correctly, the first confidently, those are counted that it takes for
another class once they are augmented. It may only stumble over what it doesn't know; so among them
those are counted that the second, which was told of such images what they are, takes for another
as well.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import softmax

from keras_recipes.data.dataset import Examples
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
        lost: whether the network that was trained with the augmentation is wrong, too.
        image: the augmented image as the network sees it, uint8 `(height, width, channels)`.
    """

    row: int
    predicted: int
    confidence: float
    lost: bool
    image: np.ndarray = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class LabelChanges:
    """What one augmentation does to the predictions.

    Attributes:
        augmentation: as the recipe names it.
        outcomes: int64 `(classes, classes)`: of the images of a class (first axis), how many the
            network without the augmentation predicts as each, once they are augmented.
        lost: the same of those that the network with the augmentation doesn't recognise either.
        unchanged: images that the augmentation left as they were, int64 `(classes,)`.
        examples: class id to some of the images that flip, the lost ones first, and those that are
            taken for another class most confidently.
    """

    augmentation: str
    outcomes: np.ndarray
    lost: np.ndarray
    unchanged: np.ndarray
    examples: dict[int, tuple[ChangedImage, ...]]

    def tried(self, label: int) -> int:
        """Images of the class that both networks know, and that the augmentation changes."""
        return int(self.outcomes[label].sum())

    def flips(self, label: int, *, lost: bool = False) -> int:
        """How many are taken for another class, or `lost` among them."""
        counts = self.lost if lost else self.outcomes
        return int(counts[label].sum() - counts[label, label])

    def becomes(self, label: int, *, lost: bool = False) -> int:
        """The class that most of them are taken for; -1 where there are none."""
        others = (self.lost if lost else self.outcomes)[label].copy()
        others[label] = 0
        return int(others.argmax()) if others.any() else -1

    def interval(self, label: int, *, lost: bool = False) -> tuple[float, float]:
        """Wilson's 95 % interval of their share of those tried; (0, 1) where there are none."""
        tried = self.tried(label)
        if tried == 0:
            return 0.0, 1.0
        low, high = wilson_interval(self.flips(label, lost=lost), tried)
        return max(low, 0.0), min(high, 1.0)


def label_changes(
    name: str,
    networks: Iterable[tuple[Callable, Callable, Examples]],
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
        networks: each the network without the augmentation and the one with it, functions from
            images, float32 in 0..255 `(n, height, width, channels)` of the examples' `image_shape`,
            to logits `(n, classes)`; and examples that neither was trained on.
        pipeline: the augmentation, as `build_pipeline` makes it, for batches of any size; None to
            predict the same images once more, of which none may flip.
        num_classes: length of a label.
        confidence: probability of the given class from which on an image counts.
        shown: images to keep of each class.
    """
    counter = _Counter(num_classes, shown)
    for number, (predict, predict_taught, examples) in enumerate(networks):
        for step, start in enumerate(range(0, len(examples), EVALUATION_BATCH)):
            batch = examples.subset(slice(start, start + EVALUATION_BATCH))
            plain, augmented = _augmented(batch, pipeline, num_classes, number, step)
            labels = batch.class_labels()
            before, after = (
                softmax(np.asarray(predict(each), np.float64), axis=1)
                for each in (plain, augmented)
            )
            taught_before, taught = (
                np.asarray(predict_taught(each)).argmax(axis=1) for each in (plain, augmented)
            )
            sure = before[np.arange(len(labels)), labels] >= confidence
            sure &= (before.argmax(axis=1) == labels) & (taught_before == labels)
            differs = np.abs(augmented - plain).max(axis=(1, 2, 3)) > _SMALLEST_CHANGE
            if pipeline is None:
                differs = np.ones(len(labels), bool)
            counter.add(batch.indices, labels, sure, differs, after, taught, augmented)
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
        self._outcomes = np.zeros((num_classes, num_classes), np.int64)
        self._lost = np.zeros((num_classes, num_classes), np.int64)
        self._unchanged = np.zeros(num_classes, np.int64)
        self._examples = {label: [] for label in range(num_classes)}
        self._shown = shown

    def add(self, rows, labels, sure, differs, after, taught, images):
        predicted, probability = after.argmax(axis=1), after.max(axis=1)
        np.add.at(self._unchanged, labels[sure & ~differs], 1)
        counted = sure & differs
        np.add.at(self._outcomes, (labels[counted], predicted[counted]), 1)
        flipped = counted & (predicted != labels)
        lost = flipped & (taught != labels)
        np.add.at(self._lost, (labels[lost], predicted[lost]), 1)
        for position in np.flatnonzero(flipped):
            self._keep(
                int(labels[position]),
                ChangedImage(
                    row=int(rows[position]),
                    predicted=int(predicted[position]),
                    confidence=float(probability[position]),
                    lost=bool(lost[position]),
                    image=np.clip(np.round(images[position]), 0, 255).astype(np.uint8),
                ),
            )

    def _keep(self, label, image):
        kept = self._examples[label]
        kept.append(image)
        kept.sort(key=lambda each: (not each.lost, -each.confidence))
        del kept[self._shown :]

    def result(self, name):
        return LabelChanges(
            augmentation=name,
            outcomes=self._outcomes,
            lost=self._lost,
            unchanged=self._unchanged,
            examples={label: tuple(kept) for label, kept in self._examples.items() if kept},
        )
