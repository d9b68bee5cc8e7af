"""What a change does, from runs with the same seeds with it and without: an effect with its doubt.

A seed decides weights, order, augmentation and division, so two runs of one seed have much of their
chance in common, and their difference less of it than either.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy.stats

CONFIDENCE = 0.95
POWER = 0.8
"""The chance with which the smallest effect that n pairs can show would have been shown."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The mean difference over seeds, and what can be said of it."""

    mean: float
    """With the change minus without."""
    low: float
    """95 % interval by Student's t over the seeds; not finite for a single pair."""
    high: float
    p: float
    """Of the paired t-test; after `adjust`, corrected for the number of comparisons."""
    smallest: float
    """The true effect that as many pairs, spread as these, show at 5 % with a chance of 80 %."""
    pairs: int

    @property
    def is_shown(self) -> bool:
        """Whether chance alone would give as much in fewer than 5 of 100 such studies."""
        return self.p < 1 - CONFIDENCE


def paired_effect(changed, plain) -> Effect:
    """The effect of a change on a number, from its values with and without, seed by seed.

    Args:
        changed: a number for each seed.
        plain: as many, of the same seeds.

    Raises:
        ValueError: if there are none, or of different length.

    Example:
        ```python
        paired_effect([0.62, 0.60, 0.63], [0.59, 0.58, 0.61]).mean  # 0.0233
        ```
    """
    if len(changed) != len(plain) or not len(plain):
        raise ValueError(f"needs pairs; got {len(changed)} and {len(plain)} numbers")
    differences = np.asarray(changed, np.float64) - np.asarray(plain, np.float64)
    pairs, mean = len(differences), float(differences.mean())
    if pairs < 2:
        return Effect(
            mean=mean, low=-math.inf, high=math.inf, p=1.0, smallest=math.inf, pairs=pairs
        )
    error = float(differences.std(ddof=1)) / math.sqrt(pairs)
    student = scipy.stats.t(pairs - 1)
    reach = student.ppf((1 + CONFIDENCE) / 2)
    with np.errstate(divide="ignore"):  # the same difference in every seed
        p = float(2 * student.sf(np.float64(abs(mean)) / error)) if mean else 1.0
    return Effect(
        mean=mean,
        low=mean - reach * error,
        high=mean + reach * error,
        p=p,
        smallest=float(reach + student.ppf(POWER)) * error,
        pairs=pairs,
    )


def holm(p_values) -> list[float]:
    """p-values corrected for their number, so that one wrong claim among all is as rare as 5 %.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted
