"""Spaces: what a search may draw of each choice, and draws from them that can be repeated."""

import math
import random
import re
from dataclasses import dataclass

from keras_recipes.errors import RecipeError, did_you_mean
from keras_recipes.recipe import Recipe
from keras_recipes.studies.criterion import monitored
from keras_recipes.studies.grid import name_choices, parse_grid
from keras_recipes.studies.variant import Variant

KINDS = ("uniform", "log", "int")
_DIGITS = 3
"""To which values are rounded, so that a command line repeats them exactly."""
_DECIDES = {
    "seed": "a seed is chosen for its luck",
    "data": "the images that choose would change",
    "stopping.monitor": "scores of two kinds can't be compared",
    "stopping": "scores of two kinds can't be compared",
}
"""What can't be searched, and why."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """Numbers between two bounds, which are among them."""

    path: str
    kind: str
    """`"uniform"`, `"log"` (the logarithm is uniform), `"int"` (whole numbers)."""
    low: float
    high: float

    @property
    def described(self) -> str:
        """As `--space` takes it."""
        return f"{self.kind}({self.low}, {self.high})"

    def at(self, share: float) -> str:
        """The value with a share, in [0, 1), of the range below it."""
        if self.kind == "int":
            return str(self.low + int(share * (self.high - self.low + 1)))
        if self.kind == "uniform":
            return self.write(self.low + share * (self.high - self.low))
        return self.write(self.low * (self.high / self.low) ** share)

    def write(self, value: float) -> str:
        """A number in the range as `--set` takes it.

        It is rounded to three digits, of the width of the range, or of the number itself where that
        is smaller and the range logarithmic.
        """
        if self.kind == "int":
            return str(int(value))
        width = self.high - self.low
        finest = min(width, abs(value)) if self.kind == "log" else width
        rounded = round(value, _DIGITS - 1 - math.floor(math.log10(finest)))
        return repr(float(min(max(rounded, self.low), self.high)))

    @property
    def ends(self) -> tuple[str, ...]:
        """What is tried beforehand: a path or a bound that can't be is told at once."""
        return self.write(self.low), self.write(self.high)


@dataclass(frozen=True, kw_only=True)
class Values:
    """Values, each as likely as the others."""

    path: str
    values: tuple[str, ...]

    @property
    def described(self) -> str:
        """As `--space` takes it."""
        return ",".join(self.values)

    def at(self, share: float) -> str:
        """The value with a share, in [0, 1), of the others before it."""
        return self.values[int(share * len(self.values))]

    @property
    def ends(self) -> tuple[str, ...]:
        """Every value, tried beforehand."""
        return self.values


def parse_space(texts) -> tuple[Range | Values, ...]:
    """What each choice may be.

    Args:
        texts: `"optimizer.learning_rate=log(0.001, 1.0)"`, `uniform(low, high)`,
            `int(low, high)`, or values as `parse_grid` takes them.

    Raises:
        RecipeError: if one is of another form, has bounds that are no range, names what would
            change how settings are chosen, or a path is there twice.
    """
    space = tuple(_parse(each) for each in texts)
    paths = [each.path for each in space]
    for path in paths:
        if paths.count(path) > 1:
            raise RecipeError(f"--space {path}", "is given twice", "Give each path once.")
        part = path.partition(".")[0]
        why = _DECIDES.get(path) or (_DECIDES["data"] if part == "data" else None)
        if why:
            raise RecipeError(
                f"--space {path}", f"can't be searched: {why}",
                "Leave it out, or compare values of it by --grid.",
            )  # fmt: skip
    return space


def _parse(text):
    path, _, values = text.partition("=")
    called = re.fullmatch(r"\s*([a-z_]+)\((.*)\)\s*", values)
    if not called:
        path, divided = parse_grid(text, "--space")
        return Values(path=path, values=tuple(divided))
    kind, bounds = called.groups()
    if kind not in KINDS:
        raise RecipeError(f"--space {text}", f"has no range {kind}", did_you_mean(kind, KINDS))
    try:
        low, high = ((int if kind == "int" else float)(each) for each in bounds.split(","))
    except ValueError:
        raise RecipeError(
            f"--space {text}", f"must have two {'whole ' if kind == 'int' else ''}numbers in "
            f"{kind}(low, high); got {bounds!r}",
            f"Write, for example, {kind}({'1, 4' if kind == 'int' else '0.001, 0.1'}).",
        ) from None  # fmt: skip
    if not -math.inf < low < high < math.inf:
        raise RecipeError(
            f"--space {text}", f"must have a low bound below the high one; got {low} and {high}",
            "Write the smaller first.",
        )  # fmt: skip
    if kind == "log" and low <= 0:
        raise RecipeError(
            f"--space {text}", f"must have a low bound above 0 for a logarithm; got {low}",
            "Use a small number, or uniform(low, high).",
        )  # fmt: skip
    if not path.strip():
        raise RecipeError(f"--space {text}", "names no path", "Write path=log(low, high).")
    return Range(path=path.strip(), kind=kind, low=low, high=high)


def setting(space, values) -> Variant:
    """The variant that gives each choice of a space its value."""
    chosen = [(each.path, value) for each, value in zip(space, values, strict=True)]
    return Variant(
        name=name_choices(chosen), assignments=tuple(f"{path}={value}" for path, value in chosen)
    )


def values_of(variant: Variant) -> list[str]:
    """The values that `setting` was given."""
    return [each.partition("=")[2] for each in variant.assignments]


def check_space(recipe: Recipe, space):
    """Raise `RecipeError` where a bound or a value of a choice can't be set, by its name."""
    first = [each.ends[0] for each in space]
    for index, choice in enumerate(space):
        for value in choice.ends:
            values = [*first[:index], value, *first[index + 1 :]]
            changed = setting(space, values).change(recipe)
            if monitored(changed) != monitored(recipe):
                raise RecipeError(
                    f"--space {choice.path}", "changes the score that chooses among settings",
                    "Leave stopping.monitor out.",
                )  # fmt: skip


def draw(space, number: int, seed: int) -> list[Variant]:
    """Different settings, drawn independently; the first of more are the same.

    Args:
        space: as `parse_space` returns it.
        number: how many; fewer come of a space that holds fewer.
        seed: of the draws.
    """
    # Of Python's generators `random()` alone is promised to stay the same.
    generator, found = random.Random(seed), {}
    for _ in range(1000 + 100 * number):
        if len(found) == number:
            break
        values = tuple(each.at(generator.random()) for each in space)
        found.setdefault(values, setting(space, values))
    return list(found.values())


def draw_all(space, number: int, seed: int, option: str) -> list[Variant]:
    """`number` settings as `draw` has them.

    Raises:
        RecipeError: if there are fewer, by the option that asked.
    """
    found = draw(space, number, seed)
    if len(found) < number:
        raise RecipeError(
            option, f"asks for {number} settings of a space that holds {len(found)}",
            f"Use {option} {len(found)}, or try all of them by --grid.",
        )  # fmt: skip
    return found
