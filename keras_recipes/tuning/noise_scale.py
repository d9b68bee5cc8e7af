"""The gradient noise scale: estimates from gradient norms, their error bars, what follows of them.

Source throughout: McCandlish, Kaplan, Amodei et al. 2018, arXiv:1812.06162.
"""

import math
from dataclasses import dataclass

import numpy as np

from keras_recipes.bounds import require_number

FEWEST = 8
"""Measurements below which nothing is said of them."""
_CLEAR = 4.0
"""Standard errors that the squared gradient must be above 0 to divide by it."""
_PARTS = (8, 4)
"""Into how many parts a training is divided to average over it: the first that can be had."""
_NORMAL = 1.959963984540054
"""Standard errors to each side that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Measurement:
    """What the gradients of one large batch say: unbiased, and so noisy that either may be < 0."""

    step: int
    """Training steps that came before it."""
    squared_gradient: float
    """Of |G|^2, the squared norm of the gradient over all data."""
    gradient_variance: float
    """Of tr(Sigma), the variance of one example's gradient, summed over all weights."""


@dataclass(frozen=True)
class NoiseScale:
    """B_simple = tr(Sigma) / |G|^2, in examples, with its 95 % interval; or why there is none."""

    value: float | None
    """None where there is no usable estimate."""
    low: float | None
    high: float | None
    measurements: int
    """How many it rests on."""
    first_step: int | None
    """Steps that came before the first of them."""
    last_step: int | None
    """And before the last."""
    reason: str = ""
    """Why there is no estimate; "" if there is one."""


@dataclass(frozen=True)
class NoiseScaleOverTraining:
    """The noise scale in successive parts of a training, and its average over them."""

    average: NoiseScale
    """The mean of the parts', which is what predicts the cost of the whole training."""
    whole: NoiseScale
    """The ratio of the averages over all measurements, in which large gradients weigh most."""
    parts: tuple[NoiseScale, ...]
    """In order, of as many measurements each, give or take one. Where one is not usable, neither is
    the average."""


def unbiased_estimates(small_square, large_square, small_batch, large_batch):
    """|G|^2 and tr(Sigma) from the squared gradient norms at two batch sizes; appendix A.1.

    A batch of B examples has E|G_B|^2 = |G|^2 + tr(Sigma) / B: two sizes, two equations.

    Args:
        small_square: squared norm of a small batch's gradient, or the mean over several.
        large_square: that of a large batch's.
        small_batch: examples of a small one.
        large_batch: examples of a large one, more than that.

    Returns:
        `(squared_gradient, gradient_variance)`.

    Raises:
        RecipeError: if the sizes are none, or not in this order.
    """
    require_number("unbiased_estimates.small_batch", small_batch, above=0)
    require_number("unbiased_estimates.large_batch", large_batch, above=small_batch)
    squared_gradient = (large_batch * large_square - small_batch * small_square) / (
        large_batch - small_batch
    )
    gradient_variance = (small_square - large_square) / (1 / small_batch - 1 / large_batch)
    return squared_gradient, gradient_variance


def estimate_noise_scale(measurements) -> NoiseScale:
    """B_simple as the ratio of the measurements' averages, with Fieller's interval.

    Not the average of their ratios, which is biased and, with a denominator near 0, wild. The
    interval is Fieller's for a ratio of two correlated means (Fieller 1954,
    doi:10.1111/j.2517-6161.1954.tb00159.x): not symmetric, since the denominator's noise reaches
    further up. The noise is read off the differences from one measurement to the next (von Neumann
    1941, doi:10.1214/aoms/1177731677), so that the slow change of both over a training does not
    count as noise. Measurements must be independent of each other given the weights.

    There is no usable estimate from fewer than 8 measurements, or where the mean of |G|^2 is not
    4 of its standard errors above 0.

    Args:
        measurements: sequence of `Measurement`, in the order of training.
    """
    measurements = tuple(measurements)
    count = len(measurements)
    if count < FEWEST:
        return _unusable(
            measurements, f"{count} measurements are too few, {FEWEST} are needed: measure more"
        )
    values = np.array([(each.gradient_variance, each.squared_gradient) for each in measurements])
    if not np.isfinite(values).all():
        return _unusable(measurements, "a gradient is not finite: the training has diverged")
    noise, squared = values.mean(axis=0)
    jumps = np.diff(values, axis=0)
    covariance = jumps.T @ jumps / (2 * (count - 1)) / count
    error = math.sqrt(covariance[1, 1])
    if squared <= _CLEAR * error or squared <= 0:
        return _unusable(
            measurements,
            f"|G|^2 is {squared:.3g} with a standard error of {error:.2g}, not clearly above 0: "
            "measure more often, or on larger batches",
        )
    if noise <= 0:
        return _unusable(measurements, "all batches have the same gradient: there is no noise")
    quantile = _student(2 * (count - 1) ** 2 / (3 * count - 4))
    low, high = _fieller(noise, squared, covariance, quantile)
    return NoiseScale(
        float(noise / squared), max(0.0, low), high, count,
        measurements[0].step, measurements[-1].step,
    )  # fmt: skip


def noise_scale_over_training(measurements) -> NoiseScaleOverTraining:
    """B_simple in parts of a training, and averaged over them.

    A batch of B takes `1 + B_noise / B` times the steps of a noiseless gradient at each point of
    the training, so over the whole of it the average of the noise scale counts, not the noise
    scale of the average gradients, in which the large ones of the beginning would weigh most.
    Within a part it is the ratio of its averages. There are 8 parts, or 4 where one of the 8 has no
    usable estimate. The average's interval joins those of the parts (Zou & Donner 2008,
    doi:10.1002/sim.3095).

    Args:
        measurements: sequence of `Measurement`, evenly spaced over the training and in its order.
    """
    measurements = tuple(measurements)
    for number in _PARTS:
        bounds = [round(part * len(measurements) / number) for part in range(number + 1)]
        parts = tuple(
            estimate_noise_scale(measurements[first:last])
            for first, last in zip(bounds[:-1], bounds[1:], strict=True)
        )
        if all(part.value is not None for part in parts):
            break
    whole = estimate_noise_scale(measurements)
    for index, part in enumerate(parts):
        if part.value is None:
            reason = f"part {index + 1} of {len(parts)} of the training has none: {part.reason}"
            return NoiseScaleOverTraining(_unusable(measurements, reason), whole, parts)
    values, lows, highs = np.array([(part.value, part.low, part.high) for part in parts]).T
    value = float(values.mean())
    average = NoiseScale(
        value,
        max(0.0, value - math.hypot(*(values - lows)) / len(parts)),
        value + math.hypot(*(highs - values)) / len(parts),
        len(measurements),
        measurements[0].step,
        measurements[-1].step,
    )
    return NoiseScaleOverTraining(average, whole, parts)


def relative_steps(batch_size, critical_batch_size):
    """Steps to a given loss at a batch size, relative to the fewest; equation 2.11 of section 2.3.

    `S / S_min = 1 + B_crit / B`: 2 at the critical batch size. It supposes that the learning rate
    is tuned for each batch size.

    Args:
        batch_size: examples a step, above 0.
        critical_batch_size: above 0; the noise scale is what predicts it.
    """
    require_number("relative_steps.batch_size", batch_size, above=0)
    require_number("relative_steps.critical_batch_size", critical_batch_size, above=0)
    return 1 + critical_batch_size / batch_size


def relative_examples(batch_size, critical_batch_size):
    """Examples processed to a given loss at a batch size, relative to the fewest.

    `E / E_min = 1 + B / B_crit`, with `relative_steps`.
    """
    require_number("relative_examples.batch_size", batch_size, above=0)
    require_number("relative_examples.critical_batch_size", critical_batch_size, above=0)
    return 1 + batch_size / critical_batch_size


def _unusable(measurements, reason):
    steps = [each.step for each in measurements[:1] + measurements[-1:]] or [None]
    return NoiseScale(None, None, None, len(measurements), steps[0], steps[-1], reason)


def _fieller(numerator, denominator, covariance, quantile):
    """The ratios r at which `numerator - r * denominator` is within `quantile` errors of 0."""
    square = quantile**2
    a = denominator**2 - square * covariance[1, 1]
    b = numerator * denominator - square * covariance[0, 1]
    c = numerator**2 - square * covariance[0, 0]
    if a <= 0:
        return -math.inf, math.inf
    root = math.sqrt(max(b**2 - a * c, 0.0))
    return float((b - root) / a), float((b + root) / a)


def _student(freedom):
    """Quantile of Student's distribution for 95 %; Abramowitz & Stegun 1964, 26.7.5.

    Within 0.5 % from 4 degrees of freedom on.
    """
    z = _NORMAL
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
