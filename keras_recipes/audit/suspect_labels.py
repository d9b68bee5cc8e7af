"""Labels that are probably wrong: confident learning on out-of-fold probabilities.

Source: Northcutt, Jiang & Chuang 2021, arXiv:1911.00068, by the package cleanlab. Of each pair of
classes it estimates how many images that carry the one label belong to the other, from those that
are predicted as the other with more than that class's mean confidence, and takes as many of them,
the most confidently contradicted first.
"""

import importlib.util
from dataclasses import dataclass

import numpy as np

from keras_recipes.errors import RecipeError


@dataclass(frozen=True, kw_only=True)
class SuspectLabel:
    """An image whose label the networks contradict.

    Attributes:
        position: of the image in the arrays that were given.
        given: class id that it is labelled with.
        suggested: the likeliest class id.
        given_probability: of the class given.
        suggested_probability: of the class suggested.
        given_rank: of the class given by probability, 1 for the likeliest.
        quality: of the label, from 0, surely wrong, to 1: half of 1 plus the probability given
            minus the largest of another class.
    """

    position: int
    given: int
    suggested: int
    given_probability: float
    suggested_probability: float
    given_rank: int
    quality: float


def require_cleanlab(option: str):
    """Raise `RecipeError` where cleanlab is not installed, by the option that needs it."""
    if importlib.util.find_spec("cleanlab") is None:
        raise RecipeError(
            option, "needs cleanlab, which is not installed",
            "Install it: pip install 'keras_recipes[audit]'.",
        )  # fmt: skip


def label_quality(labels, probabilities) -> np.ndarray:
    """How well each label goes with what is predicted: the normalised margin, in [0, 1].

    `(p(given) - max p(other) + 1) / 2`. Source: Northcutt et al. 2021, arXiv:1911.00068, section
    3.2.

    Args:
        labels: class ids, shape `(n,)`.
        probabilities: out of fold, `(n, classes)`; rows sum to 1.

    Returns:
        float64 `(n,)`.
    """
    require_cleanlab("label_quality")
    from cleanlab.rank import get_label_quality_scores

    return get_label_quality_scores(
        np.asarray(labels), np.asarray(probabilities, np.float64), method="normalized_margin"
    )


def suspect_labels(labels, probabilities) -> list[SuspectLabel]:
    """Labels that are probably wrong, the worst first.

    How many there are is the estimate of confident learning, pruned by noise rate (section 3.2).

    Args:
        labels: class ids, shape `(n,)`.
        probabilities: out of fold, `(n, classes)`; rows sum to 1.

    Raises:
        RecipeError: if cleanlab is not installed, or fewer than two classes occur.

    Example:
        ```python
        found = out_of_fold(dataset, outcomes)
        for each in suspect_labels(found.labels, found.probabilities)[:10]:
            print(found.indices[each.position], each.given, each.suggested)
        ```
    """
    require_cleanlab("suspect_labels")
    from cleanlab.filter import find_label_issues

    labels = np.asarray(labels)
    probabilities = np.asarray(probabilities, np.float64)
    if len(np.unique(labels)) < 2:
        raise RecipeError(
            "suspect_labels", f"needs labels of at least two classes; got {np.unique(labels)}",
            "A label can be wrong only where there is another.",
        )  # fmt: skip
    positions = find_label_issues(
        labels,
        probabilities,
        filter_by="prune_by_noise_rate",
        return_indices_ranked_by="normalized_margin",
        n_jobs=1,  # others are forked, which a process that has TensorFlow's threads must not be
    )
    quality = label_quality(labels, probabilities)
    return [_describe(int(each), labels, probabilities, quality) for each in positions]


def _describe(position, labels, probabilities, quality):
    given, of_image = int(labels[position]), probabilities[position]
    suggested = int(of_image.argmax())
    return SuspectLabel(
        position=position,
        given=given,
        suggested=suggested,
        given_probability=float(of_image[given]),
        suggested_probability=float(of_image[suggested]),
        given_rank=1 + int(np.sum(of_image > of_image[given])),
        quality=float(quality[position]),
    )
