"""The one error of this package: where, what is wrong, and how to mend it."""

import difflib


class RecipeError(ValueError):
    """A mistake that the user can mend, told in one sentence or two.

    Reads as `<where> <problem>. <fix>`, for example
    `loss.label_smoothing must be in [0, 1); got 2.0. Use 0.1, or 0 to turn smoothing off.`

    Args:
        where: the field, argument, file or option that is wrong (`"loss.label_smoothing"`).
        problem: what it must be and what it is, without a full stop.
        fix: what to do, as whole sentences.
    """

    def __init__(self, where: str, problem: str, fix: str):
        super().__init__(f"{where} {problem}. {fix}")
        self.where = where
        self.problem = problem
        self.fix = fix

    def within(self, parent: str) -> "RecipeError":
        """The same error seen from outside: `label_smoothing` becomes `loss.label_smoothing`."""
        return type(self)(f"{parent}.{self.where}", self.problem, self.fix)


class DataUnavailable(RecipeError):
    """The data is neither on this machine nor to be had from the network."""


def did_you_mean(name: str, known) -> str:
    """`Did you mean 'x'?` where something is close, else the list of what there is."""
    known = [str(each) for each in known]
    close = difflib.get_close_matches(str(name), known, n=1)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There is {', '.join(known)}." if known else "There is none."


def some_of(names, at_most: int = 10) -> str:
    """`a, b, c and 7 more`."""
    names = [str(each) for each in names]
    left = len(names) - at_most
    return ", ".join(names[:at_most]) + (f" and {left} more" if left > 0 else "")
