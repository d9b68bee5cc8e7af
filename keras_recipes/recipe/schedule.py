"""How the learning rate goes over a phase: the values behind `schedule=`; None keeps it constant.

Each builds a table with the rate of every step, which starts over with each phase.
"""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.part import bounded, part


@part
class Cosine:
    """Half a cosine from the full rate down. Source: Loshchilov & Hutter 2017, arXiv:1608.03983."""

    warmup_epochs: float = bounded(0.0, at_least=0)
    """Epochs, or part of one, in which the rate rises linearly first."""
    final_fraction: float = bounded(0.0, at_least=0, at_most=1)
    """Share of the full rate that it ends at."""

    def build(self, peak, steps, warmup_steps):
        from keras_recipes.schedules import cosine_decay

        return cosine_decay(
            peak, steps, warmup_steps=warmup_steps, final_fraction=self.final_fraction
        )


@part
class Linear:
    """A straight line from the full rate down."""

    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Cosine`."""
    final_fraction: float = bounded(0.0, at_least=0, at_most=1)
    """As in `Cosine`."""

    def build(self, peak, steps, warmup_steps):
        from keras_recipes.schedules import linear_decay

        return linear_decay(
            peak, steps, warmup_steps=warmup_steps, final_fraction=self.final_fraction
        )


@part
class Step:
    """The full rate, multiplied by a factor at given points. Source: He et al. 2015, 4.2."""

    at: tuple[float, ...] = bounded((0.5, 0.75), above=0, below=1)
    """The points, as shares of the phase, warm-up included."""
    factor: float = bounded(0.1, above=0, at_most=1)
    """What the rate is multiplied by at each."""
    warmup_epochs: float = bounded(0.0, at_least=0)
    """As in `Cosine`."""

    def check(self):
        if not self.at or list(self.at) != sorted(set(self.at)):
            raise RecipeError(
                "schedule.at", f"must rise from point to point; got {self.at}",
                "Write, for example, at=(0.5, 0.75).",
            )  # fmt: skip

    def build(self, peak, steps, warmup_steps):
        from keras_recipes.schedules import step_decay

        return step_decay(peak, steps, at=self.at, factor=self.factor, warmup_steps=warmup_steps)


Schedule = Cosine | Linear | Step | Call
