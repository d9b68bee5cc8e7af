"""Schedules that are tables: the rate of every step of a phase, known before it begins."""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.part import bounded, part


@part
class Constant:
    """The full rate throughout. Without a warm-up it is what None is."""

    warmup_epochs: float = bounded(0.0, at_least=0)
    """Epochs, or part of one, in which the rate rises linearly first. Source: Goyal et al. 2017,
    arXiv:1706.02677, section 2.2."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import constant

        return constant.rates(peak, steps, warmup_steps=warmup_steps)


@part
class Cosine:
    """Half a cosine from the full rate down. Source: Loshchilov & Hutter 2017, arXiv:1608.03983."""

    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""
    final_fraction: float = bounded(0.0, at_least=0, at_most=1)
    """Share of the full rate that it ends at."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import cosine_decay

        return cosine_decay.rates(
            peak, steps, warmup_steps=warmup_steps, final_fraction=self.final_fraction
        )


@part
class CosineRestarts:
    """Half a cosine, several times over. Source: Loshchilov & Hutter 2017, arXiv:1608.03983."""

    cycles: int = bounded(3, at_least=2, at_most=1000)
    """How many there are after the warm-up; the last ends with the phase."""
    cycle_growth: float = bounded(2.0, at_least=1, at_most=100)
    """Each is this many times as long as the one before."""
    peak_factor: float = bounded(1.0, above=0, at_most=1)
    """Each begins at this share of where the one before began."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""
    final_fraction: float = bounded(0.0, at_least=0, below=1)
    """Share of its own beginning that a cycle ends at."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import cosine_restarts

        return cosine_restarts.rates(
            peak,
            steps,
            cycles=self.cycles,
            cycle_growth=self.cycle_growth,
            peak_factor=self.peak_factor,
            warmup_steps=warmup_steps,
            final_fraction=self.final_fraction,
        )


@part
class Exponential:
    """The same factor at every step, from the full rate down."""

    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""
    final_fraction: float = bounded(0.01, above=0, below=1)
    """Share of the full rate that it ends at; a factor f an epoch over n epochs is `f**n`."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import exponential_decay

        return exponential_decay.rates(
            peak, steps, warmup_steps=warmup_steps, final_fraction=self.final_fraction
        )


@part
class Linear:
    """A straight line from the full rate down."""

    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""
    final_fraction: float = bounded(0.0, at_least=0, at_most=1)
    """As in `Cosine`."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import linear_decay

        return linear_decay.rates(
            peak, steps, warmup_steps=warmup_steps, final_fraction=self.final_fraction
        )


@part
class MultiStep:
    """The full rate, multiplied by a factor at given points. Source: He et al. 2015, 4.2."""

    at: tuple[float, ...] = bounded((0.5, 0.75), above=0, below=1)
    """The points, as shares of the phase, warm-up included."""
    factor: float = bounded(0.1, above=0, below=1)
    """What the rate is multiplied by at each."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""

    def check(self):
        if not self.at or list(self.at) != sorted(set(self.at)):
            raise RecipeError(
                "schedule.at", f"must rise from point to point; got {self.at}",
                "Write, for example, at=(0.5, 0.75).",
            )  # fmt: skip

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import multi_step_decay

        return multi_step_decay.rates(
            peak, steps, at=self.at, factor=self.factor, warmup_steps=warmup_steps
        )


@part
class OneCycle:
    """Up to the full rate and down again by half cosines, of the rate alone: momentum stays.

    Source: Smith & Topin 2017, arXiv:1708.07120. Its rise is its warm-up.
    """

    rise: float = bounded(0.3, above=0, below=1)
    """Share of the phase in which the rate rises."""
    start_fraction: float = bounded(0.04, above=0, below=1)
    """Share of the full rate that it begins at."""
    final_fraction: float = bounded(4e-6, at_least=0, below=1)
    """As in `Cosine`."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import one_cycle

        return one_cycle.rates(
            peak,
            steps,
            rise=self.rise,
            start_fraction=self.start_fraction,
            final_fraction=self.final_fraction,
        )


@part
class Polynomial:
    """A power of what is left of the phase. Source: You et al. 2017, arXiv:1708.03888."""

    power: float = bounded(2.0, above=0)
    """1 is a straight line; above it the rate falls early, below it late."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""
    final_fraction: float = bounded(0.0, at_least=0, below=1)
    """As in `Cosine`."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import polynomial_decay

        return polynomial_decay.rates(
            peak,
            steps,
            power=self.power,
            warmup_steps=warmup_steps,
            final_fraction=self.final_fraction,
        )


@part
class Step:
    """The full rate, multiplied by a factor every so many epochs."""

    every_epochs: float = bounded(above=0)
    """Epochs from one point to the next, counted from the beginning of the phase."""
    factor: float = bounded(0.1, above=0, below=1)
    """What the rate is multiplied by at each."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Constant`."""

    def build(self, peak, steps, warmup_steps, steps_per_epoch):
        from keras_recipes.schedules import step_decay

        every_steps = max(1, round(self.every_epochs * steps_per_epoch))
        return step_decay.rates(
            peak,
            steps,
            every_steps=every_steps,
            factor=self.factor,
            warmup_steps=warmup_steps,
        )
