"""Labels that are probably wrong: confident learning on out-of-fold probabilities.

Source: Northcutt, Jiang & Chuang 2021, arXiv:1911.00068, by the package cleanlab. An image counts
against its label where another class is predicted with more than that class's usual probability,
the mean over the images that are labelled so. As many labels are suspect, those that are given the
least probability; docs/audit.md compares this with taking the smallest margins.
"""

from dataclasses import dataclass

import numpy as np

from keras_recipes.audit.asked_recipes import require_cleanlab
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
    """

    position: int
    given: int
    suggested: int
    given_probability: float
    suggested_probability: float
    given_rank: int


def suspect_labels(labels, probabilities) -> list[SuspectLabel]:
    """Labels that are probably wrong, the least likely first.

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
        filter_by="low_self_confidence",
        return_indices_ranked_by="self_confidence",
        n_jobs=1,  # others are forked, which a process that has TensorFlow's threads must not be
    )
    found = [_describe(int(each), labels, probabilities) for each in positions]
    return [each for each in found if each.suggested != each.given]


def _describe(position, labels, probabilities):
    given, of_image = int(labels[position]), probabilities[position]
    suggested = int(of_image.argmax())
    return SuspectLabel(
        position=position,
        given=given,
        suggested=suggested,
        given_probability=float(of_image[given]),
        suggested_probability=float(of_image[suggested]),
        given_rank=1 + int(np.sum(of_image > of_image[given])),
    )
