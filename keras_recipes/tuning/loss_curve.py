"""What the losses of a learning-rate range test say: the valley, and the rate to train with."""

import math
from dataclasses import dataclass

import numpy as np

from keras_recipes.bounds import require_number
from keras_recipes.errors import RecipeError

RULES = ("middle", "valley", "steepest", "minimum/10")
"""The first is used unless another is asked for."""
_FEWEST = 20
"""Losses below which nothing is said of a curve."""
_END = 4
"""Losses at the end of a curve that cannot be its minimum."""
_CLEAR = 4.0
"""Standard errors of its depth that a valley must be deep."""


@dataclass(frozen=True)
class Suggestion:
    """A learning rate, or why there is none."""

    rule: str
    """One of `RULES`."""
    rate: float | None
    """None where the curve has no usable valley."""
    reason: str = ""
    """Why there is none."""


class LossCurve:
    """Losses of batches at learning rates that grow from one to the next by a factor.

    Spikes are cut by a running median of five; the rest is smoothed by an exponential average with
    its bias corrected (Kingma & Ba 2015, arXiv:1412.6980, section 3), run forwards and backwards so
    that nothing is moved along the axis of rates. Losses above twice the first level, or as far
    above it as the lowest is below, are cut to that, so that divergence weighs on no average.

    Args:
        rates: increasing, above 0, shape `(n,)`.
        losses: of the batch trained on at each rate, shape `(n,)`; may end in NaN or infinity.
        smoothing: of the average, in [0, 1): 0.8 averages over some five losses each way.

    Raises:
        RecipeError: if rates don't increase, shapes differ, or the first loss is not finite.
    """

    def __init__(self, rates, losses, smoothing=0.8):
        self.rates = np.asarray(rates, np.float64)
        self.losses = np.asarray(losses, np.float64)
        self.smoothing = smoothing
        if self.rates.ndim != 1 or self.rates.shape != self.losses.shape:
            raise RecipeError(
                "LossCurve.losses",
                f"must be one for each rate; got {self.losses.shape} for {self.rates.shape}",
                "Give two lists of the same length.",
            )
        require_number("LossCurve.smoothing", smoothing, at_least=0, below=1)
        rises = len(self.rates) and self.rates[0] > 0 and np.all(np.diff(self.rates) > 0)
        if not rises or not np.isfinite(self.rates).all():
            raise RecipeError(
                "LossCurve.rates", "must be above 0 and increase", "Sort the losses by their rate."
            )
        if not np.isfinite(self.losses[0]):
            raise RecipeError(
                "LossCurve.losses",
                f"must begin with a number; got {self.losses[0]} at rate {self.rates[0]:.3g}",
                "The loss is not finite before anything is trained: look at the inputs, the labels "
                "and the initial weights.",
            )
        finite = np.isfinite(self.losses)
        self._count = len(finite) if finite.all() else int(np.argmin(finite))
        self._first = max(5, self._count // 10)
        self.smoothed = self._smooth()
        """The smoothed losses, shape `(n,)`; NaN from the first that is not finite."""

    def _smooth(self):
        losses = _running_median(self.losses[: self._count])
        self._first_level = float(np.median(losses[: self._first]))
        lowest = float(losses.min())
        ceiling = max(2 * self._first_level - lowest, self._first_level + abs(self._first_level))
        capped = np.minimum(losses, ceiling)
        both = _average(capped, self.smoothing), _average(capped[::-1], self.smoothing)[::-1]
        smoothed = np.full(len(self.losses), np.nan)
        smoothed[: self._count] = (both[0] + both[1]) / 2
        return smoothed

    @property
    def minimum(self) -> int:
        """Index of the lowest smoothed loss; the last few, averaged over little, don't count."""
        return int(np.argmin(self.smoothed[: max(1, self._count - _END)]))

    @property
    def noise(self) -> float:
        """Standard error of the valley's depth, from how the losses jump before the minimum."""
        jumps = np.diff(self.losses[: max(self.minimum, _FEWEST)])
        jumps = jumps[np.isfinite(jumps)]
        if not len(jumps):
            return math.inf
        # A normal distribution's median deviation is 0.6745; a difference has twice the variance.
        spread = np.median(np.abs(jumps - np.median(jumps))) / 0.6745 / math.sqrt(2)
        lowest = (1 - self.smoothing) / (1 + self.smoothing) / 2
        first = math.pi / 2 / self._first  # a median's
        return float(spread * math.sqrt(lowest + first))

    def suggest(self, rule="middle") -> Suggestion:
        """The rate by a rule; the curve is read over the logarithm of the rate throughout.

        "middle" is the middle of the valley at half its depth: half way from where half of the
        descent is done to where half of it is lost again, or the losses end. Both are on slopes,
        which noise moves less than a minimum on a flat floor (docs/learning_rate.md has what was
        measured). "valley" is two thirds of the way from where a tenth of the descent is done to
        the minimum, "steepest" where the smoothed loss falls fastest, "minimum/10" a tenth of the
        rate at the minimum (Smith 2015, arXiv:1506.01186, reads the curve by eye between where
        the loss begins to fall and the minimum).

        Raises:
            RecipeError: if there is no such rule.
        """
        check_rule("rule", rule)
        reason = self._no_valley()
        if reason:
            return Suggestion(rule, None, reason)
        logs, minimum = np.log(self.rates), self.minimum
        if rule == "minimum/10":
            return Suggestion(rule, float(self.rates[minimum] / 10))
        if rule == "middle":
            middle = (logs[self._falls_to(0.5)] + logs[self._rises_to(0.5)]) / 2
            return Suggestion(rule, float(np.exp(middle)))
        begin = max(0, self._falls_to(0.1) - 1)
        if rule == "steepest":
            slopes = np.gradient(self.smoothed[begin : minimum + 1], logs[begin : minimum + 1])
            return Suggestion(rule, float(self.rates[begin + int(np.argmin(slopes))]))
        return Suggestion(rule, float(np.exp((logs[begin] + 2 * logs[minimum]) / 3)))

    def _level(self, share):
        """The smoothed loss at which a share of the descent is done."""
        return self._first_level - share * (self._first_level - self.smoothed[self.minimum])

    def _falls_to(self, share):
        """Index from which on, up to the minimum, at least a share of the descent is done."""
        above = np.flatnonzero(self.smoothed[: self.minimum + 1] >= self._level(share))
        return int(above[-1]) + 1 if len(above) else 0

    def _rises_to(self, share):
        """Index after the minimum up to which a share of the descent is still done."""
        above = np.flatnonzero(self.smoothed[self.minimum : self._count] >= self._level(share))
        return self.minimum + int(above[0]) - 1 if len(above) else self._count - 1

    def _no_valley(self):
        """Why no rate can be suggested; "" if one can."""
        if self._count < _FEWEST:
            return (
                f"only {self._count} losses before the loss was not finite or the data ended; "
                f"{_FEWEST} are needed: begin at a lower rate, or give more batches"
            )
        minimum = self.minimum
        depth = self._first_level - self.smoothed[minimum]
        if depth <= _CLEAR * self.noise or depth <= 1e-6 * abs(self._first_level):
            return (
                f"the loss falls by {max(depth, 0):.3g}, which noise may do by itself (standard "
                f"error {self.noise:.2g}): give more steps, larger batches or higher rates"
            )
        if minimum < 2:
            return "the loss rises from the first rate on: begin at a lower rate"
        is_last = minimum == self._count - _END - 1 and self._count == len(self.losses)
        before = self.smoothed[self._count * 4 // 5]
        if is_last and before - self.smoothed[minimum] > _CLEAR * self.noise:
            return "the loss still falls at the highest rate: go on to a higher one"
        return ""


def check_rule(place, rule):
    """Raise `RecipeError` unless there is such a rule; `place` is the argument that gave it."""
    if rule not in RULES:
        raise RecipeError(
            place, f"must be one of {', '.join(RULES)}; got {rule!r}", f"Use {RULES[0]}."
        )


def _running_median(values, width=5):
    if len(values) < width:
        return values
    padded = np.pad(values, width // 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)


def _average(values, smoothing):
    """Exponential average with the bias of its start corrected."""
    averages, total, weight = [], 0.0, 0.0
    for value in values:
        total = smoothing * total + (1 - smoothing) * value
        weight = smoothing * weight + (1 - smoothing)
        averages.append(total / weight)
    return np.array(averages)
