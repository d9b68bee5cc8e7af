"""What a search chooses by: the validation score that the recipe keeps its best epoch by."""

import math

from keras_recipes.recipe import Recipe
from keras_recipes.recipe.recipe import resolve_phases, run_phases

TEST_METRICS = {"val_accuracy": "accuracy", "val_nll": "nll"}
"""Each validation score, and the test score of the same kind."""


def monitored(recipe: Recipe) -> str:
    """`stopping.monitor`: `"val_accuracy"` or `"val_nll"`."""
    return resolve_phases(recipe)[-1].stopping.monitor


def planned_epochs(recipe: Recipe) -> int:
    """Of all phases together, pretraining among them."""
    return sum(phase.epochs for phase in run_phases(recipe))


def gain(monitor: str, score: float, other: float) -> float:
    """By how much a score is better than another."""
    return score - other if monitor == "val_accuracy" else other - score


def better_of(monitor: str, score: float | None, best: float | None) -> float | None:
    """The better of two scores, of which one may be missing or no number."""
    if score is None or not math.isfinite(score):
        return best
    return score if best is None or gain(monitor, score, best) > 0 else best
