"""Intervals for scores of overlapping training sets, such as those of cross-validation."""

import math

import numpy as np
import scipy.stats

from keras_recipes.studies.paired_effect import CONFIDENCE


def corrected_interval(scores, test_share: float) -> tuple[float, float]:
    """95 % interval of the expected score at this size of the training set.

    The training sets of folds overlap, so their scores are no independent sample, and the usual
    standard error is too small. The correction adds the ratio of test to training examples to
    1 / number of scores: `variance * (1 / n + test / train)`, Student's t with n - 1 degrees.
    Source: Nadeau & Bengio 2003, Machine Learning 52, 239-281; for repeated folds Bouckaert & Frank
    2004, PAKDD.

    Args:
        scores: of each fold of each repetition, at least 2.
        test_share: test examples for each training example, 1 / (k - 1) of k folds.

    Raises:
        ValueError: if there are fewer than two scores.

    Example:
        ```python
        corrected_interval([0.61, 0.64, 0.62, 0.60, 0.63], test_share=1 / 4)
        ```
    """
    scores = np.asarray(scores, np.float64)
    if len(scores) < 2:
        raise ValueError(f"needs at least two scores; got {len(scores)}")
    error = math.sqrt(scores.var(ddof=1) * (1 / len(scores) + test_share))
    reach = scipy.stats.t(len(scores) - 1).ppf((1 + CONFIDENCE) / 2) * error
    return float(scores.mean() - reach), float(scores.mean() + reach)
