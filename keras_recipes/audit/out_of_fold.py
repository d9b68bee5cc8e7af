"""What networks say of each training image that they were not trained on: probabilities by fold.

The networks are those of a cross-validation of the recipe (`keras_recipes.studies.folds`): the
recipe's own network and settings, each trained on all folds but one, with images of one group in
one fold. A trial that is finished is not run again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import softmax

from keras_recipes.data.dataset import Dataset
from keras_recipes.errors import RecipeError
from keras_recipes.studies.trials import Outcome
from keras_recipes.training.fold_logits import fold_logits


@dataclass(frozen=True, kw_only=True)
class OutOfFold:
    """Each training and validation image of a data set, predicted by a network without it.

    Attributes:
        indices: places among the training images and, behind them, the validation images, in
            rising order; int64, shape `(n,)`.
        labels: the class ids given, int64 `(n,)`.
        probabilities: float64 `(n, classes)`; rows sum to 1.
        fold: number of the network, int64 `(n,)`.
    """

    indices: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    fold: np.ndarray

    def __len__(self):
        return len(self.labels)

    @property
    def accuracy(self) -> float:
        """Share of the images whose given label is the likeliest."""
        return float(np.mean(self.probabilities.argmax(axis=1) == self.labels))


def out_of_fold(dataset: Dataset, outcomes: Sequence[Outcome]) -> OutOfFold:
    """Join what the networks of the folds say.

    Args:
        dataset: the recipe's, of no fold: what its training and validation images are.
        outcomes: of the folds' trials, all finished.

    Returns:
        predictions of every training and validation image. Images that a fold has, but the data
        set leaves out of training (`data.train_fraction`), are left out here.

    Raises:
        RecipeError: if a trial has failed, so that its fold is not predicted.
    """
    require_finished(outcomes)
    rows = _rows(dataset)
    folds = [fold_logits(Path(each.directory)) for each in outcomes]
    predicted = np.concatenate([each.rows for each in folds])
    number = np.repeat(np.arange(len(folds)), [len(each.rows) for each in folds])
    found = _places(rows, predicted)
    order = np.argsort(found, kind="stable")
    order = order[found[order] >= 0]
    if not np.array_equal(found[order], np.arange(len(rows))):
        raise RecipeError(
            "the folds", f"predict {len(order)} of {len(rows)} training images once",
            "Train the folds of the same division of the same data.",
        )  # fmt: skip
    logits = np.concatenate([each.logits for each in folds])[order]
    return OutOfFold(
        indices=found[order],
        labels=np.concatenate([each.labels for each in folds])[order],
        probabilities=softmax(logits, axis=1),
        fold=number[order],
    )


def require_finished(outcomes: Sequence[Outcome]):
    """Raise `RecipeError` if a trial has failed, so that its fold is not predicted."""
    failed = [each.error for each in outcomes if each.error is not None]
    if failed:
        raise RecipeError(
            "the folds", f"are not all predicted: {len(failed)} of {len(outcomes)} trainings have "
            f"failed, the first with: {failed[0].rstrip('.')}",
            "Mend that and repeat the command; what is finished is kept.",
        )  # fmt: skip


def places_of(dataset: Dataset, rows) -> np.ndarray:
    """Where each of `rows` is among the training and then the validation images; -1 if nowhere."""
    return _places(_rows(dataset), rows)


def _rows(dataset):
    return np.concatenate([dataset.train.indices, dataset.validation.indices])


def _places(all_rows, rows):
    order = np.argsort(all_rows, kind="stable")
    at = np.minimum(np.searchsorted(all_rows, rows, sorter=order), len(order) - 1)
    return np.where(all_rows[order[at]] == rows, order[at], -1)
