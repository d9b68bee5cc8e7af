"""Which of several learning rates to go on with, from how a trial of each went."""

import math
from dataclasses import dataclass

from keras_recipes.bounds import require_number
from keras_recipes.errors import RecipeError


@dataclass(frozen=True)
class RateSearched:
    """One search of `LRSearch`."""

    epoch: int
    """Epochs that were finished."""
    rate: float
    """The rate before."""
    rates: tuple[float, ...]
    """Those that were tried, the lowest first."""
    values: tuple[float | None, ...]
    """The monitored value after each trial; None where it diverged."""
    chosen: float
    """The rate from then on."""
    steps: int
    """Batches trained on in all trials together."""


def checked_multiples(multiples) -> tuple[float, ...]:
    """Multiples of a rate in rising order, each once, 1 among them.

    Raises:
        RecipeError: if they are no numbers above 0, or there is none but 1.
    """
    if not isinstance(multiples, tuple | list) or not multiples:
        raise RecipeError(
            "multiples", f"must be a tuple of numbers; got {multiples!r}", "Use (1 / 3, 1.0, 3.0)."
        )
    found = sorted({1.0, *(require_number("multiples", each, above=0) for each in multiples)})
    if found == [1.0]:
        raise RecipeError(
            "multiples", "must hold another than 1; there would be nothing to choose",
            "Use (1 / 3, 1.0, 3.0).",
        )  # fmt: skip
    return tuple(found)


def choose_multiple(multiples, values, *, mode, min_delta=0.0) -> float:
    """The multiple of the present rate to go on with.

    It is 1 unless another is better by more than `min_delta`; of equally good ones that nearest to
    1. Where all diverged it is lower than all of them: the lowest times the lowest, or, where that
    is 1, one over the highest.

    Args:
        multiples: above 0, 1 among them.
        values: how the trial of each went; None where it diverged.
        mode: `"min"` or `"max"`.
        min_delta: 0 or more.

    Example:

    >>> choose_multiple((0.5, 1.0, 2.0), (0.7, 0.6, None), mode="min")
    1.0
    """
    finite = {
        multiple: value if mode == "min" else -value
        for multiple, value in zip(multiples, values, strict=True)
        if value is not None
    }
    if not finite:
        lowest = min(multiples)
        return lowest**2 if lowest < 1 else 1 / max(multiples)
    best = min(finite, key=lambda multiple: (finite[multiple], abs(math.log(multiple))))
    if 1.0 in finite and not finite[best] < finite[1.0] - min_delta:
        return 1.0
    return best
