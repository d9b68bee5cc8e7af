"""What the trials of a study say together: the scores of each variant, and what it changes."""

from dataclasses import asdict, dataclass, field, replace

from keras_recipes.studies.paired_effect import Effect, holm, paired_effect
from keras_recipes.studies.study import Study
from keras_recipes.studies.trials import Outcome, Trial
from keras_recipes.studies.variant import Variant

METRICS = {"accuracy": 1, "nll": -1, "calibration_error": -1, "seconds": -1}
"""What is compared, and whether more of it is better (1) or worse (-1)."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What is known of a variant."""

    variant: Variant
    command: str
    """That runs its first seed."""
    values: dict[str, tuple]
    """Metric to its value for each seed; None where a trial failed."""
    errors: tuple[str, ...]
    """Why trials failed, each reason once."""
    effects: dict[str, Effect] = field(default_factory=dict)
    """Metric to the difference from the baseline; of the baseline itself none."""

    def mean(self, metric: str) -> float | None:
        """Over the seeds that were finished; None if none was."""
        known = [each for each in self.values[metric] if each is not None]
        return sum(known) / len(known) if known else None


def compare(study: Study, trials: dict[str, list[Trial]], outcomes: dict[str, Outcome]) -> list:
    """A `Row` for each variant, with its paired difference from the first.

    p-values of a metric are corrected for the number of variants.
    """
    rows = [_row(study, each, trials[each.name], outcomes) for each in study.variants]
    first, others = rows[0], rows[1:]
    for metric in METRICS:
        found = [_effect(row.values[metric], first.values[metric]) for row in others]
        known = [each for each in found if each is not None]
        adjusted = iter(holm([each.p for each in known]))
        for row, effect in zip(others, found, strict=True):
            if effect is not None:
                row.effects[metric] = replace(effect, p=next(adjusted))
    return rows


def _row(study, variant, trials, outcomes):
    found = [outcomes.get(each.key) for each in trials]
    scores = [each.results if each and each.error is None else None for each in found]
    return Row(
        variant=variant,
        command=study.command(variant, study.seeds[0]),
        values={
            metric: tuple(None if each is None else each[metric] for each in scores)
            for metric in METRICS
        },
        errors=tuple(dict.fromkeys(each.error for each in found if each and each.error)),
    )


def _effect(values, plain):
    pairs = [
        pair for pair in zip(values, plain, strict=True) if None not in pair
    ]  # a seed that failed in one of them tells nothing
    return paired_effect(*zip(*pairs, strict=True)) if pairs else None


def describe(study: Study, rows: list[Row], trials, outcomes, *, kind: str, name: str) -> dict:
    """The study as study.json has it."""
    return {
        "kind": kind,
        "recipe": study.target,
        "name": name,
        "assignments": list(study.assignments),
        "seeds": list(study.seeds),
        "variants": [
            {
                "name": row.variant.name,
                "assignments": list(row.variant.assignments),
                "command": row.command,
                "values": {metric: list(each) for metric, each in row.values.items()},
                "effects": {metric: _finite(asdict(each)) for metric, each in row.effects.items()},
                "errors": list(row.errors),
                "trials": [_describe_trial(each, outcomes) for each in trials[row.variant.name]],
            }
            for row in rows
        ],
    }


def _describe_trial(trial, outcomes):
    outcome = outcomes.get(trial.key)
    directory = outcome.directory if outcome else None
    return {"seed": trial.seed, "key": trial.key, "run": None if directory is None else
            str(directory)}  # fmt: skip


def _finite(numbers):
    """JSON knows no infinity."""
    return {name: value if abs(value) != float("inf") else None for name, value in numbers.items()}
