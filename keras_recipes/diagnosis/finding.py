"""What a diagnosis finds."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that keeps a network from learning what it could.

    Reads as `<where> <problem>. <fix>`.
    """

    check: str
    """What noticed it, in a word or two: `"dead-units"`."""
    where: str
    """The layer, setting or part of the data."""
    problem: str
    """What is wrong, with the numbers that show it; without a full stop."""
    fix: str
    """What to do, as whole sentences."""

    def __str__(self):
        return f"{self.where} {self.problem}. {self.fix}"
