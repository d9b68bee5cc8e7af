"""How error falls with the number of training images: a power law, and what it predicts."""

from dataclasses import dataclass

import numpy as np
import scipy.optimize

_RESAMPLED = 300
_STEEPEST = 2.0
_BEGINS = (0.1, 0.3, 0.6, 1.2)
"""Exponents."""


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """`error = floor + scale * images ** -exponent`.

    Source: Hestness et al. 2017, arXiv:1712.00409.
    """

    floor: float
    scale: float
    exponent: float

    def error(self, images):
        """At this many images, or at each number of an array."""
        return self.floor + self.scale * np.asarray(images, np.float64) ** -self.exponent

    def gain_of_doubling(self, images):
        """How much lower the error is at twice as many."""
        return self.error(images) - self.error(2 * np.asarray(images, np.float64))

    def last_that_pays(self, least: float) -> float:
        """The number of images from which on doubling gains less than `least`; infinite if never.

        Example:
            ```python
            PowerLaw(floor=0.1, scale=2.0, exponent=0.5).last_that_pays(0.01)  # about 3400
            ```
        """
        fall = self.scale * (1 - 2.0**-self.exponent)
        if fall <= 0 or self.exponent <= 0:
            return 0.0
        return float((fall / least) ** (1 / self.exponent))


def fit_power_law(images, errors, begin: PowerLaw | None = None) -> PowerLaw:
    """The law nearest to some errors, by least squares; its floor lies between 0 and the least.

    Args:
        images: numbers of training images, at least three of them different.
        errors: mean error at each, in [0, 1].
        begin: a law that is near; None tries several.

    Raises:
        ValueError: if there are fewer than three numbers.
    """
    images, errors = np.asarray(images, np.float64), np.asarray(errors, np.float64)
    if len(set(images)) < 3:
        raise ValueError(f"needs three numbers of images or more; got {sorted(set(images))}")
    middle = float(np.exp(np.log(images).mean()))

    def residuals(parameters):
        floor, scale, exponent = parameters
        return floor + scale * (images / middle) ** -exponent - errors

    best, least = None, max(errors.min(), 1e-9)
    # From several beginnings: the valley is long and flat.
    begins = [(0.5 * least, max(errors.max() - 0.5 * least, 1e-6), each) for each in _BEGINS]
    if begin is not None:
        scale = max(begin.scale * middle**-begin.exponent, 1e-6)
        begins = [(min(begin.floor, 0.99 * least), scale, min(begin.exponent, 0.99 * _STEEPEST))]
    for each in begins:
        bounds = ([0, 0, 0], [least, np.inf, _STEEPEST])
        found = scipy.optimize.least_squares(residuals, each, bounds=bounds)
        if best is None or found.cost < best.cost:
            best = found
    floor, scale, exponent = best.x
    return PowerLaw(
        floor=float(floor), scale=float(scale * middle**exponent), exponent=float(exponent)
    )


def resampled_laws(images, errors, seed: int = 0) -> list[PowerLaw]:
    """Laws of the same numbers with other seeds: drawn with replacement, all sizes together.

    Source: Efron 1979, doi:10.1214/aos/1176344552.

    Args:
        images: numbers of training images, `(sizes,)`.
        errors: `(sizes, seeds)`, one seed a column.
        seed: of the drawing.
    """
    errors = np.asarray(errors, np.float64)
    random = np.random.default_rng(seed)
    whole, laws = fit_power_law(images, errors.mean(axis=1)), []
    for _ in range(_RESAMPLED):
        drawn = random.integers(errors.shape[1], size=errors.shape[1])
        laws.append(fit_power_law(images, errors[:, drawn].mean(axis=1), whole))
    return laws


def interval(values) -> tuple[float, float]:
    """The middle 95 % of resampled values."""
    low, high = np.quantile(np.asarray(values, np.float64), [0.025, 0.975])
    return float(low), float(high)
