"""Every image predicted by a network that has not seen it: folds, and what they say together."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import softmax

from keras_recipes.studies.resampled import corrected_interval
from keras_recipes.studies.trials import Outcome

METRICS = ("accuracy", "nll", "calibration_error")


@dataclass(frozen=True, kw_only=True)
class CrossValidated:
    """What the folds say.

    Attributes:
        scores: metric to the score of each fold that was finished.
        intervals: metric to the 95 % interval of the expected score (`corrected_interval`); None
            for fewer than two folds.
        train: images that each network was trained on, about.
    """

    scores: dict[str, list[float]]
    intervals: dict[str, tuple[float, float] | None]
    train: int

    def mean(self, metric: str) -> float:
        """Over the folds."""
        return float(np.mean(self.scores[metric]))


def summarise(outcomes: list[Outcome], folds: int) -> CrossValidated:
    """The folds together; at least one must be finished."""
    finished = [each for each in outcomes if each.error is None]
    scores = {name: [each.results[name] for each in finished] for name in METRICS}
    intervals = {
        name: corrected_interval(each, 1 / (folds - 1)) if len(each) > 1 else None
        for name, each in scores.items()
    }
    train = round(np.mean([each.run["data"]["train"] for each in finished]))
    return CrossValidated(scores=scores, intervals=intervals, train=train)


def predict_folds(outcomes: list[Outcome]):
    """Out-of-fold predictions, and the mean probabilities of all networks on the test set.

    Args:
        outcomes: finished ones.

    Returns:
        (dict of arrays: `rows` of the data, `labels`, `logits`, `network`, an entry for each image
        of each repetition; test labels; float64 probabilities `(test images, classes)`).
    """
    from keras_recipes.training.evaluate import predict_examples
    from keras_recipes.training.fold_logits import fold_logits
    from keras_recipes.training.trained_model import find_run, open_model

    parts = {"rows": [], "labels": [], "logits": [], "network": []}
    together, test = 0.0, None
    for number, outcome in enumerate(outcomes):
        saved = find_run(outcome.directory)
        model, data = open_model(saved).model, saved.loaded.recipe.data
        fold = fold_logits(outcome.directory)
        for part in ("rows", "labels", "logits"):
            parts[part].append(getattr(fold, part))
        parts["network"].append(np.full(len(fold.rows), number))
        if test is None:
            test = replace(data, test_fold=None).build().read_test()
        together = together + softmax(predict_examples(model, test, fold.logits.shape[1]), axis=1)
    arrays = {name: np.concatenate(each) for name, each in parts.items()}
    return arrays, test.class_labels(), together / len(outcomes)
