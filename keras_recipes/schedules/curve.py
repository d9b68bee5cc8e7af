"""What the smooth decays have in common: a curve from the peak towards a final rate."""

from keras_recipes.schedules.arguments import check_final_fraction
from keras_recipes.schedules.warmup import with_warmup


def curve_rates(curve, peak, steps, *, warmup_steps=0, final_fraction=0.0):
    """The rates that follow `curve` from `peak` towards `peak * final_fraction`.

    Step `t` has made the progress `p = (t - warmup_steps) / (steps - warmup_steps)` and uses
    `peak * (final_fraction + (1 - final_fraction) * curve(p))`. The first step after the warm-up
    so has `p = 0` and uses the peak; the last has `p = 1 - 1 / (steps - warmup_steps)`, a step
    short of the final rate, so that no step is spent at a rate of 0.

    Args:
        curve: function from progress in `[0, 1)` to what remains of the peak, falling from 1 at
            0 to 0 at 1.
        peak, steps, warmup_steps: as in `with_warmup`.
        final_fraction: share of the peak that the curve runs towards, in `[0, 1]`.

    Returns:
        list of floats, one a step.

    Raises:
        RecipeError: if an argument is outside its range.
    """
    check_final_fraction(final_fraction)

    def share(step):
        progress = (step - warmup_steps) / (steps - warmup_steps)
        return final_fraction + (1.0 - final_fraction) * curve(progress)

    return with_warmup.rates(share, peak, steps, warmup_steps)
