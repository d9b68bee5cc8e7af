"""Whether signals and gradients keep their size through the network."""

import math

import keras
import numpy as np

from keras_recipes.diagnosis.finding import Finding
from keras_recipes.diagnosis.passage import Passage
from keras_recipes.diagnosis.subject import Subject

_LARGE, _SMALL = 20.0, 0.02
"""Root mean squares of a network's input that are far from 1."""
_FACTOR = 1e4
"""How much larger or smaller the signal may become, from the first layer to any other."""
_GRADIENT_FACTOR = 1e5
_MOST_DEAD = 0.5
_MOST_SATURATED = 0.5


def check_scales(subject: Subject, passage: Passage):
    """Findings about the scale of values by layer."""
    yield from _finite(passage)
    yield from _first_loss(subject, passage)
    yield from _input(passage)
    yield from _forward(passage)
    yield from _backward(passage)
    yield from _units(passage)


def _finite(passage):
    for each in passage.layers:
        if not math.isfinite(each.deviation):
            yield Finding(
                check="outputs-not-finite", where=f"layer {each.name}",
                problem="is the first whose output is NaN or infinite",
                fix="Look at what it divides by or takes the logarithm of, and at the scale of "
                "its input.",
            )  # fmt: skip
            return


def _first_loss(subject, passage):
    chance = math.log(subject.choices)
    if math.isfinite(passage.nll) and passage.nll > max(3 * chance, chance + 3):
        yield Finding(
            check="first-loss", where="the first loss",
            problem=f"is {passage.nll:.3g} a label; a network that knows nothing has ln "
            f"{subject.choices} = {chance:.3g}, so this one is confidently wrong as it begins",
            fix="Look at the scale of the last layer's input and weights: normalise the input, "
            "initialise smaller.",
        )  # fmt: skip
    if passage.regularization > 10 * max(passage.loss, chance):
        yield Finding(
            check="regularisation-first", where="regularisers",
            problem=f"add {passage.regularization:.3g} to a loss of {passage.loss:.3g}: weights "
            "shrink, and little else is learnt",
            fix="Divide their strength by 100 or more; 1e-4 is usual.",
        )  # fmt: skip


def _input(passage):
    first = next(iter(passage.weighted), None)
    if first is None or first.input_range is None:
        return
    before = passage.layers[: passage.layers.index(first)]
    if any(isinstance(each.layer, keras.layers.Embedding) for each in before):
        return  # its scale is learnt
    low, high, size = first.input_range
    if not math.isfinite(size):
        return
    if (size > _LARGE and low >= 0) or size > 50 * _LARGE:
        yield Finding(
            check="inputs-not-normalised", where=f"layer {first.name}",
            problem=f"is the first with weights, and gets values from {low:.4g} to {high:.4g} "
            f"(root mean square {size:.3g}); about 1 is meant",
            fix="Put keras.layers.Rescaling(1 / 255) or Normalization at the beginning of the "
            "model.",
        )  # fmt: skip
    elif 0 < size < _SMALL and max(-low, high) < 0.1:  # not a few ones among zeros
        yield Finding(
            check="inputs-too-small", where=f"layer {first.name}",
            problem=f"is the first with weights, and gets values from {low:.3g} to {high:.3g} "
            f"(root mean square {size:.2g}); about 1 is meant",
            fix="Were they divided by 255 twice, in the data and in the model? Do it once.",
        )  # fmt: skip


def _forward(passage):
    layers = [each for each in passage.weighted if math.isfinite(each.deviation)]
    if len(layers) < 3:
        return
    first = layers[0]
    if not first.deviation:
        return
    for each in layers[1:-1]:  # the last may begin at zero on purpose, and so may a branch's
        if not any(np.asarray(weight).any() for weight in each.layer.weights):
            continue
        ratio = each.deviation / first.deviation
        if ratio > _FACTOR or ratio < 1 / _FACTOR:
            grows = "grows" if ratio > 1 else "fades"
            yield Finding(
                check=f"signal-{grows}", where=f"layer {each.name}",
                problem=f"puts out {each.deviation:.2g} (standard deviation), layer {first.name} "
                f"{first.deviation:.2g}: the signal {grows} with depth",
                fix="Initialise by fan-in (he_normal for ReLU, glorot_uniform else), or normalise "
                "between layers.",
            )  # fmt: skip
            return


def _backward(passage):
    unreached = [variable for variable, norm in passage.gradients if norm is None]
    if not passage.gradients:
        yield Finding(
            check="nothing-trains", where="the model", problem="has no trainable weights",
            fix="Set trainable = True on some of its layers, and compile again.",
        )  # fmt: skip
    elif unreached:
        names = ", ".join(each.path for each in unreached[:3])
        yield Finding(
            check="no-gradient", where=names,
            problem=f"get no gradient: {len(unreached)} of {len(passage.gradients)} trainable "
            "weights have no way to the loss",
            fix="Look for stop_gradient, argmax, round or a cast to whole numbers behind them, or "
            "a layer whose output is not used.",
        )  # fmt: skip
    wrong = [variable.path for variable, norm in passage.gradients
             if norm is not None and not math.isfinite(norm)]  # fmt: skip
    if wrong and math.isfinite(passage.loss):
        yield Finding(
            check="gradients-not-finite", where=", ".join(wrong[:3]),
            problem="get gradients that are NaN or infinite, of a loss that is finite",
            fix="Look for a square root or a division at 0 behind them.",
        )  # fmt: skip
    # From layer to layer of those that train; exact zeros are told once training has not moved
    # them.
    known = [each for each in passage.weighted if each.gradient and each.layer.trainable_variables
             and math.isfinite(each.gradient)]  # fmt: skip
    if len(known) < 3:
        return
    sizes = np.array([each.gradient for each in known])
    ratio = sizes[0] / sizes[-1]
    if ratio < 1 / _GRADIENT_FACTOR or ratio > _GRADIENT_FACTOR:
        fades = ratio < 1
        yield Finding(
            check="gradient-fades" if fades else "gradient-grows", where=f"layer {known[0].name}",
            problem=f"gets gradients {1 / ratio if fades else ratio:.1g} times as "
            f"{'small' if fades else 'large'} as layer {known[-1].name}'s: they "
            f"{'vanish' if fades else 'explode'} on their way back",
            fix="Use ReLU rather than sigmoid or tanh, initialise by fan-in, normalise between "
            "layers, add shortcuts.",
        )  # fmt: skip


def _units(passage):
    for each in passage.layers:
        if each.dead is not None and each.dead > _MOST_DEAD:
            yield Finding(
                check="dead-units", where=f"layer {each.name}",
                problem=f"has {each.dead:.0%} of its ReLU units at 0 for all examples: nothing "
                "reaches what is before them",
                fix="Begin its bias at 0, lower the rate, normalise its input, or use leaky ReLU.",
            )  # fmt: skip
        is_hidden = each is not passage.layers[-1]
        if is_hidden and each.saturated is not None and each.saturated > _MOST_SATURATED:
            yield Finding(
                check="saturated", where=f"layer {each.name}",
                problem=f"has {each.saturated:.0%} of its values at the ends of its activation, "
                "where the gradient is next to nothing",
                fix="Initialise smaller, or normalise its input.",
            )  # fmt: skip
