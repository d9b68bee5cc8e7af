"""Range tests and short trainings on real data, kept in files, and the table of what they say.

For each pair of `find_lr_pairs.py` and each seed: one range test by `find_lr`, and trainings from
the same initial weights on the same augmented batches over a grid of rates, each twice the one
before. The schedule is the recipes', a cosine, with a tenth of the training as warm-up: the rate
that is looked for is the one that a recipe states, the highest of its schedule. A grid grows until
the best rate, by the geometric mean of the validation negative log-likelihood over the seeds, has
two others on each side. Then the suggestions of some rules are trained with as well; the loss of
the others is read between the grid's.
"""

import functools
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from find_lr_trainer import Trainer

from keras_recipes.atomic_file import replacing

_FIRST_STEPS = range(-2, 3)
"""Of the grid, in factors of two from the rate that the pair states."""
_GUESSING = math.log(10)
"""Negative log-likelihood of guessing among the ten classes that all of the data has."""


@dataclass
class Result:
    """What is known of a pair and seed; a file of its own."""

    path: Path
    rates: list = field(default_factory=list)
    """Of the range test."""
    losses: list = field(default_factory=list)
    """Of the range test; None where not finite."""
    trained: dict = field(default_factory=dict)
    """Validation negative log-likelihood by rate; infinite where training diverged."""

    @classmethod
    def read(cls, runs, pair, seed):
        path = runs / pair.name.replace(" ", "_") / f"{seed}.json"
        result = cls(path)
        if path.exists():
            found = json.loads(path.read_text())
            result.rates, result.losses = found["rates"], found["losses"]
            result.trained = {
                float(rate): math.inf if nll is None else nll
                for rate, nll in found["trained"].items()
            }
        return result

    def write(self):
        trained = {f"{rate:.6g}": _or_none(nll) for rate, nll in sorted(self.trained.items())}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path) as partial:
            found = {"rates": self.rates, "losses": self.losses, "trained": trained}
            partial.write_text(json.dumps(found, indent=1))

    def keep_curve(self, curve):
        """Note a range test's `LossCurve`."""
        self.rates = curve.rates.tolist()
        self.losses = [_or_none(loss) for loss in curve.losses.tolist()]

    @property
    def curve(self):
        """Rates and losses of the range test, as arguments of `LossCurve`."""
        return self.rates, [math.nan if loss is None else loss for loss in self.losses]


def _or_none(number):
    return number if math.isfinite(number) else None


def grid_rate(pair, step):
    """The rate `step` factors of two from the grid's middle."""
    return float(f"{pair.optimizer.learning_rate * 2.0**step:.6g}")


def grid_of(pair, results):
    """The rates of the grid at which every seed has been trained, in order."""
    rates = [grid_rate(pair, step) for step in range(-20, 21)]
    return [rate for rate in rates if all(rate in each.trained for each in results)]


def mean_nll(results, rate):
    """Geometric mean over the seeds; infinite if one training diverged."""
    return math.exp(sum(math.log(each.trained[rate]) for each in results) / len(results))


def best_rate(pair, results):
    """The best of the grid."""
    return min(grid_of(pair, results), key=lambda rate: mean_nll(results, rate))


def steps_missing(pair, results):
    """Steps of the grid to train at next; none once the best has two others on each side."""
    done = [
        step
        for step in range(-20, 21)
        if all(grid_rate(pair, step) in each.trained for each in results)
    ]
    first = [step for step in _FIRST_STEPS if step not in done]
    if first:
        return first
    best = min(done, key=lambda step: mean_nll(results, grid_rate(pair, step)))
    return [step for step in range(best - 2, best + 3) if step not in done]


def _has_first(pair, result):
    return all(grid_rate(pair, step) in result.trained for step in _FIRST_STEPS)


def run(runs, pairs, seeds, sign_digits, rules, tell):
    """Do what is missing of these pairs.

    Args:
        runs: folder of the results.
        pairs: of `Pair`.
        seeds: of the weights, the batches and the range test.
        sign_digits: folder of photographs; `NAME.groups.csv` beside it says who is on them.
        rules: functions of a list of curves, (rates, losses) each, to a list of rates to train at
            besides the grid; None for no rate.
        tell: told of each training.
    """
    for pair in pairs:
        make_trainer = functools.cache(lambda pair=pair: Trainer(pair.load(sign_digits)))
        results = [Result.read(runs, pair, seed) for seed in seeds]
        while steps := steps_missing(pair, results):
            rates = [grid_rate(pair, step) for step in steps]
            for seed, result in zip(seeds, results, strict=True):
                _complete(pair, seed, result, rates, make_trainer, tell)
        suggested = suggestions(results, rules).values()
        for seed, result, *rates in zip(seeds, results, *suggested, strict=True):
            _complete(pair, seed, result, rates, make_trainer, tell)


def _complete(pair, seed, result, rates, make_trainer, tell):
    """Do the range test, and train at those of the rates, where that is not done."""
    rates = [rate for rate in rates if rate is not None and rate not in result.trained]
    if result.rates and not rates:
        return
    trainer = make_trainer()
    trainer.begin(seed)
    if not result.rates:
        result.keep_curve(trainer.range_test())
        result.write()
    for rate in rates:
        result.trained[rate] = trainer.validation_nll(rate)
        result.write()
        tell(f"{pair.name}, seed {seed}, rate {rate:.3g}: {result.trained[rate]:.4f}")


def suggestions(results, rules):
    """What each rule suggests for each result, as precise as the files keep it."""
    return {
        name: [
            None if rate is None else float(f"{rate:.6g}")
            for rate in suggest([result.curve for result in results])
        ]
        for name, suggest in rules.items()
    }


def table(runs, pairs, seeds, rules):
    """Lines of the table: a pair's row tells of each rule the share within 3, and the loss."""
    yield f"| pair | best rate | its loss | {' | '.join(rules)} |"
    yield "|---" * (3 + len(rules)) + "|"
    within = {name: [] for name in rules}
    losses = {name: [] for name in rules}
    for pair in pairs:
        results = [Result.read(runs, pair, seed) for seed in seeds]
        results = [each for each in results if each.rates and _has_first(pair, each)]
        if not results:
            continue
        best = best_rate(pair, results)
        cells = []
        for name, rates in suggestions(results, rules).items():
            found = [
                _judge(result, rate, best) for result, rate in zip(results, rates, strict=True)
            ]
            within[name] += [near for near, _ in found]
            losses[name] += [loss for _, loss in found]
            cells.append(_cell(*zip(*found, strict=True)))
        note = ", grid not finished" if steps_missing(pair, results) else ""
        about = (
            f"| {pair.name}, n = {len(results)}{note} | {best:g} | {mean_nll(results, best):.3f} "
        )
        yield about + f"| {' | '.join(cells)} |"
    cells = [_cell(within[name], losses[name]) for name in rules]
    yield f"| all | | | {' | '.join(cells)} |"


def _judge(result, rate, best):
    """(whether a rate is within a factor of three of the best, its loss over the best's).

    The loss of no rate, and of one that diverges, is that of guessing; of one that isn't trained,
    interpolated in logarithms between its neighbours; None if it has none.
    """
    if rate is None:
        return False, _GUESSING / result.trained[best]
    near = 1 / 3 <= rate / best <= 3
    trained = sorted(result.trained)
    if not trained[0] <= rate <= trained[-1]:
        return near, None
    losses = np.minimum([result.trained[each] for each in trained], _GUESSING)
    loss = np.exp(np.interp(math.log(rate), np.log(trained), np.log(losses)))
    return near, loss / result.trained[best]


def _cell(within, losses):
    known = [math.log(loss) for loss in losses if loss is not None]
    mean = f"{math.exp(sum(known) / len(known)):.2f}" if known else "?"
    missing = len(losses) - len(known)
    return f"{sum(within)}/{len(within)}, {mean}" + (
        f" ({missing} off the grid)" if missing else ""
    )
