"""Cosine decay with warm restarts."""

import bisect
import math

from keras_recipes.errors import RecipeError
from keras_recipes.schedules.arguments import check_final_fraction, is_number, is_whole
from keras_recipes.schedules.cosine import half_cosine
from keras_recipes.schedules.table import tabulated
from keras_recipes.schedules.warmup import with_warmup


@tabulated
def cosine_restarts(
    peak,
    steps,
    *,
    cycles=3,
    cycle_growth=2.0,
    peak_factor=1.0,
    warmup_steps=0,
    final_fraction=0.0,
):
    """Half a cosine from the peak down, several times over, after a linear warm-up (SGDR).

    The steps after the warm-up are divided into `cycles`, each `cycle_growth` times as long as
    the one before, to the nearest step; the run so ends with a cycle, at a low rate. Cycle `i`
    starts at `peak * peak_factor ** i` and falls as in `cosine_decay` towards `final_fraction` of
    that.
    Source: Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5: `cycle_growth` is its
    `T_mult`; its first cycle `T_0` is
    `(steps - warmup_steps) * (1 - cycle_growth) / (1 - cycle_growth ** cycles)` steps here.

    Args:
        peak: highest rate, above 0.
        steps: number of steps of the run, warm-up included.
        cycles: how many there are, at least 1, each at least one step long.
        cycle_growth: length of a cycle over that of the one before, at least 1.
        peak_factor: where a cycle starts over where the one before started, in `(0, 1]`.
        warmup_steps: steps of linear warm-up, step `t` at `peak * (t + 1) / warmup_steps`.
        final_fraction: share of its own start that a cycle runs towards, in `[0, 1]`.

    Returns:
        float32 array, shape `(steps,)`.

    Raises:
        RecipeError: if an argument is outside its range.

    Example:

    >>> cosine_restarts(1.0, 6, cycles=2)
    array([1.        , 0.5       , 1.        , 0.8535534 , 0.5       ,
           0.14644662], dtype=float32)
    """
    _check(cycles, cycle_growth, peak_factor)
    check_final_fraction(final_fraction)
    begins = []

    def share(step):
        if not begins:  # the first call, after the number of steps has been checked
            begins.extend(_cycle_begins(warmup_steps, steps, cycles, cycle_growth))
        cycle = bisect.bisect_right(begins, step) - 1
        progress = (step - begins[cycle]) / (begins[cycle + 1] - begins[cycle])
        fall = final_fraction + (1.0 - final_fraction) * half_cosine(progress)
        return float(peak_factor) ** cycle * fall

    return with_warmup.rates(share, peak, steps, warmup_steps)


def _cycle_begins(first, last, cycles, growth):
    """The first step of each cycle, and at the end the number of steps of the run."""
    lengths = [float(growth) ** cycle for cycle in range(cycles)]
    begins = [
        first + round((last - first) * math.fsum(lengths[:cycle]) / math.fsum(lengths))
        for cycle in range(cycles)
    ]
    begins.append(last)
    if len(set(begins)) <= cycles:
        raise RecipeError(
            "cycles",
            f"must each have a step; {cycles} of them, each {growth} times as long as the one "
            f"before, do not fit into {last - first} steps",
            "Use fewer, or a smaller cycle_growth, or train for longer.",
        )
    return begins


def _check(cycles, cycle_growth, peak_factor):
    if not is_whole(cycles) or not 1 <= cycles <= 1000:
        raise RecipeError(
            "cycles", f"must be a whole number from 1 to 1000; got {cycles!r}", "Use 3."
        )
    if not is_number(cycle_growth) or not 1.0 <= cycle_growth <= 100.0:
        raise RecipeError(
            "cycle_growth",
            f"must be in [1, 100]; got {cycle_growth!r}",
            "Use 1 for cycles of one length, 2 for each twice as long as the one before.",
        )
    if not is_number(peak_factor) or not 0.0 < peak_factor <= 1.0:
        raise RecipeError(
            "peak_factor",
            f"must be in (0, 1]; got {peak_factor!r}",
            "Use 1 to restart at the peak, 0.5 at half of where the last cycle started.",
        )
