"""The gradient noise scale: estimates from gradient norms, their error bars, what follows of them.

Source throughout: McCandlish, Kaplan, Amodei et al. 2018, arXiv:1812.06162.
"""

import math
from dataclasses import dataclass

import numpy as np

from keras_recipes.bounds import require_number

_CLEAR = 4.0
"""Standard errors that the squared gradient must be above 0 to divide by it."""
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
    covariance: tuple[float, float, float]
    """Of the two: variance of the first, their covariance, variance of the second."""
    freedom: int
    """Small batches it is of, less one."""


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
    """The average over training, which is what predicts the cost of the whole of it."""
    quarters: tuple[NoiseScale, ...]
    """The average over each quarter; where one has no usable estimate, neither has the whole."""
    parts: tuple[NoiseScale, ...]
    """In order, as short as there is a usable estimate of each: the ratio of its averages. A
    quarter without one is a part that tells why."""
    whole: NoiseScale
    """The ratio of the averages over all measurements, in which large gradients weigh most."""


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


def measure(step, products, small_batch) -> Measurement:
    """What the gradients of independent small batches say, and with which covariance.

    Their mean is the gradient of a large batch. The covariance is the jackknife's over the batches
    (Efron & Stein 1981, doi:10.1214/aos/1176345462), less what it counts twice, the part of
    |G|^2's that belongs to pairs of batches and to neither alone; of its variance at least half is
    kept. So the error of one measurement is known from itself, however fast the gradient changes
    from one to the next.

    Args:
        step: training steps that came before.
        products: inner products of the gradients of n small batches, shape `(n, n)`, n at least 4.
        small_batch: examples of each.
    """
    products = np.asarray(products, np.float64)
    count = len(products)
    squares = np.diag(products)
    rows = products.sum(axis=1) - squares
    total = rows.sum()
    estimates = unbiased_estimates(
        squares.mean(), products.mean(), small_batch, small_batch * count
    )
    # Without one batch each.
    squared = (total - 2 * rows) / ((count - 1) * (count - 2))
    small = (squares.sum() - squares) / (count - 1)
    without = np.stack([squared, small_batch * (small - squared)])
    covariance = np.cov(without) * (count - 1) ** 2 / count
    # Of the products of pairs, what is left when each batch's own share is taken out.
    share = (count * rows - total) / (count * (count - 2))
    left = products - total / (count * (count - 1)) - share[:, None] - share
    np.fill_diagonal(left, 0)
    excess = 2 / (count * (count - 1)) * np.square(left).sum() / (count * (count - 3))
    weights = np.array([1.0, -small_batch])
    covariance -= min(excess, covariance[0, 0] / 2) * np.outer(weights, weights)
    return Measurement(
        step,
        *(float(each) for each in estimates),
        (float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])),
        count - 1,
    )


def estimate_noise_scale(measurements) -> NoiseScale:
    """B_simple as the ratio of the measurements' averages, with Fieller's interval.

    Not the average of their ratios, which is biased and, with a denominator near 0, wild. What bias
    is left, of the order of the squared error of |G|^2, is taken out as Beale does (Tin 1965,
    doi:10.1080/01621459.1965.10480792). The interval is Fieller's for the ratio of two correlated
    estimates (Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x), from the measurements' own
    covariances: not symmetric, since the denominator's noise reaches further up. Measurements must
    be independent of each other given the weights.

    There is no usable estimate where the mean of |G|^2 is not 4 of its standard errors above 0.

    Args:
        measurements: sequence of `Measurement`, in the order of training.
    """
    measurements = tuple(measurements)
    if not measurements:
        return _unusable(measurements, "nothing has been measured")
    count = len(measurements)
    squared = sum(each.squared_gradient for each in measurements) / count
    noise = sum(each.gradient_variance for each in measurements) / count
    covariance = np.sum([each.covariance for each in measurements], axis=0) / count**2
    error = math.sqrt(max(covariance[0], 0.0))
    if not squared > _CLEAR * error:
        return _unusable(
            measurements,
            f"|G|^2 is {squared:.3g} with a standard error of {error:.2g}, not clearly above 0: "
            "measure more often, or on larger batches",
        )
    if noise <= 0:
        return _unusable(measurements, "all batches have the same gradient: there is no noise")
    quantile = _student(sum(each.freedom for each in measurements))
    low, high = _fieller(noise, squared, covariance, quantile)
    together = 1 + covariance[1] / (noise * squared)
    return NoiseScale(
        float(noise / squared * together / (1 + covariance[0] / squared**2)),
        max(0.0, low),
        high,
        count,
        measurements[0].step,
        measurements[-1].step,
    )


def noise_scale_over_training(measurements) -> NoiseScaleOverTraining:
    """B_simple in parts of a training, and averaged over them.

    A batch of B takes `1 + B_noise / B` times the steps of a noiseless gradient at each point of
    the training, so over the whole of it the average of the noise scale counts, not the noise
    scale of the average gradients, in which the large ones of the beginning would weigh most.
    The training is cut into quarters, and each into halves as long as both halves have a usable
    estimate. The average's interval joins those of the parts (Zou & Donner 2008,
    doi:10.1002/sim.3095).

    Args:
        measurements: sequence of `Measurement`, evenly spaced over the training and in its order.
    """
    measurements = tuple(measurements)
    bounds = [round(quarter * len(measurements) / 4) for quarter in range(5)]
    parts = [
        _halve(measurements[first:last])
        for first, last in zip(bounds[:-1], bounds[1:], strict=True)
    ]
    quarters = [_average(each) for each in parts]
    whole = estimate_noise_scale(measurements)
    unusable = [number for number, each in enumerate(quarters, 1) if each.value is None]
    if unusable:
        reason = quarters[unusable[0] - 1].reason
        average = _unusable(
            measurements, f"quarter {unusable[0]} of the training has none: {reason}"
        )
    else:
        average = _average([part for each in parts for part in each])
    return NoiseScaleOverTraining(
        average, tuple(quarters), tuple(part for each in parts for part in each), whole
    )


def _halve(measurements):
    """Noise scales of parts as short as each has a usable one; of all where halves have none."""
    middle = len(measurements) // 2
    halves = measurements[:middle], measurements[middle:]
    if middle and all(estimate_noise_scale(half).value is not None for half in halves):
        return [part for half in halves for part in _halve(half)]
    return [estimate_noise_scale(measurements)]


def _average(parts):
    """The mean of parts, by how many measurements each has."""
    if len(parts) == 1:
        return parts[0]
    counts = np.array([part.measurements for part in parts])
    weights = counts / counts.sum()
    values, lows, highs = np.array([(part.value, part.low, part.high) for part in parts]).T
    value = float(weights @ values)
    return NoiseScale(
        value,
        max(0.0, value - math.hypot(*(weights * (values - lows)))),
        value + math.hypot(*(weights * (highs - values))),
        int(counts.sum()),
        parts[0].first_step,
        parts[-1].last_step,
    )


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
    """The ratios r at which `numerator - r * denominator` is within `quantile` errors of 0.

    The denominator is more than `quantile` errors above 0; `covariance` is a `Measurement`'s.
    """
    square = quantile**2
    a = denominator**2 - square * covariance[0]
    b = numerator * denominator - square * covariance[1]
    c = numerator**2 - square * covariance[2]
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
