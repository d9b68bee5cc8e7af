"""How well each class is told from the others, and what it is taken for."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class ClassScores:
    """Scores of each class, in the order of the class names.

    Attributes:
        examples: how many there are of each.
        precision: share of what is called so that is so; NaN for a class that nothing is called.
        recall: share of what is so that is called so; NaN for a class without examples.
        f1: harmonic mean of the two; NaN for a class without examples that nothing is called.
        confusion: `[true, predicted]` counts.
    """

    examples: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray
    confusion: np.ndarray

    def most_confused(self, at_most: int = 10) -> list[tuple[int, int, int]]:
        """(true class, predicted class, count) of the most frequent mistakes, from the top."""
        mistakes = self.confusion.copy()
        np.fill_diagonal(mistakes, 0)
        order = np.argsort(-mistakes, axis=None, kind="stable")[:at_most]
        pairs = zip(*np.unravel_index(order, mistakes.shape), strict=True)
        return [(int(i), int(j), int(mistakes[i, j])) for i, j in pairs if mistakes[i, j]]


def score_classes(labels, predicted, num_classes: int) -> ClassScores:
    """Score class ids `(n,)` that a model predicts against the true ones."""
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    ids = np.arange(num_classes)
    precision, recall, f1, examples = precision_recall_fscore_support(
        labels, predicted, labels=ids, zero_division=np.nan
    )
    return ClassScores(
        examples=examples,
        precision=precision,
        recall=recall,
        f1=f1,
        confusion=confusion_matrix(labels, predicted, labels=ids),
    )
