"""A search: settings tried one after another, and judged by their validation score alone."""

import math
import time
from dataclasses import dataclass
from typing import Protocol

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import Recipe
from keras_recipes.studies.criterion import better_of, gain, monitored, planned_epochs
from keras_recipes.studies.grid import AS_IT_IS
from keras_recipes.studies.trials import Trial, Trials, read_failure, read_outcome
from keras_recipes.studies.variant import Variant
from keras_recipes.training.run_files import read_records

_LOOKED_AT_EVERY_SECONDS = 0.05
FINISHED, ENDED, FAILED = "finished", "ended early", "failed"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A setting that was tried."""

    number: int
    """From 1; 0 is the recipe as it is."""
    variant: Variant
    state: str
    """`"finished"`, `"ended early"` (by the search) or `"failed"`."""
    score: float | None = None
    """Validation score of the best epoch, as `stopping.monitor` has it; None where it failed."""
    epochs: int | None = None
    """That were trained, or that it was judged by where it was ended early."""
    seconds: float | None = None
    """Of a finished run."""
    trial: Trial | None = None
    """None where the recipe can't be so."""
    error: str | None = None
    """Why it failed."""


class Proposals(Protocol):
    """Where the settings come from, and which of them are given up before their last epoch."""

    number: int
    """Of settings that will be proposed."""
    watches: bool
    """Whether `should_end` is asked at all."""

    def ask(self, number: int) -> Variant:
        """The setting of a number, from 1; asked in order, up to as many as are running at once
        before their results are told."""

    def tell(self, tried: Tried):
        """What came of a setting, the recipe as it is among them."""

    def should_end(self, number: int, epoch: int, score: float) -> bool:
        """Whether to give up a setting after an epoch, from 1, with its best score so far.

        Asked in the order of the epochs, not of the last, and never of the recipe as it is: the
        others are compared with it in the end, and beside it none of them might go on.
        """


class Drawn:
    """Settings that were drawn beforehand, each trained to its end."""

    watches = False

    def __init__(self, variants):
        self._variants = tuple(variants)
        self.number = len(self._variants)

    def ask(self, number: int) -> Variant:
        """The setting of a number, from 1."""
        return self._variants[number - 1]

    def tell(self, tried: Tried):
        """Nothing follows from it."""

    def should_end(self, number: int, epoch: int, score: float) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What was tried, in order of the numbers, and what it was judged by."""

    monitor: str
    """`"val_accuracy"` or `"val_nll"`."""
    tried: list[Tried]

    @property
    def plain(self) -> Tried:
        """The recipe as it is."""
        return self.tried[0]

    def best(self) -> list[Tried]:
        """Finished settings, the best first, of equals the first that was tried.

        Each is there once. The recipe as it is, and a setting that comes to the same, are not among
        them.
        """
        known = {}
        for each in self.tried[1:]:
            if each.state == FINISHED and each.trial.key != self.plain.trial.key:
                known.setdefault(each.trial.key, each)
        return sorted(
            known.values(), key=lambda each: gain(self.monitor, each.score, 0.0), reverse=True
        )


def run_search(
    recipe: Recipe, proposals: Proposals, kept: Trials, workers, *, tell=None
) -> Searched:
    """Try the recipe as it is and every setting that is proposed, with the recipe's seed.

    What is known is used: a trial that is finished is not run again. One that was given up or
    killed before is judged by the epochs that it has, and goes on after them if they don't end it.
    So where one trial runs at a time, a search that is repeated decides as it did before, whatever
    else has been trained in between.

    Args:
        recipe: what is changed.
        proposals: where settings come from.
        kept: the folder of the trials.
        workers: what runs them, such as `LocalWorkers`; closed at the end.
        tell: called with each `Tried`.

    Raises:
        RecipeError: if the recipe as it is, or a trial's folder, can't be had.
    """
    search = _Search(recipe, proposals, kept, workers, tell)
    try:
        while search.goes_on():
            search.start()
            search.look()
    finally:
        workers.close()
    tried = sorted(search.tried, key=lambda each: each.number)
    return Searched(monitor=monitored(recipe), tried=tried)


@dataclass
class _Asked:
    """A setting that is being tried."""

    number: int
    variant: Variant
    trial: Trial
    epochs: int = 0
    """That the proposals were told of."""
    best: float | None = None

    def tried(self, **about) -> Tried:
        return Tried(number=self.number, variant=self.variant, trial=self.trial, **about)


class _Search:
    def __init__(self, recipe, proposals, kept, workers, tell):
        self._recipe, self._proposals, self._kept = recipe, proposals, kept
        self._workers, self._tell = workers, tell
        self._number, self._running = 0, {}
        self.tried = []

    def goes_on(self):
        return self._running or self._number <= self._proposals.number

    def start(self):
        """Ask for settings while there is room; what is known of them may settle them."""
        while self._number <= self._proposals.number and self._workers.has_room():
            asked = self._ask(self._number)
            self._number += 1
            if asked is None:
                continue
            known = self._judge(asked) or _finished(asked)
            if known is not None:
                self._settle(known)
                continue
            if asked.trial.key not in self._running:
                self._workers.start(asked.trial)
            self._running.setdefault(asked.trial.key, []).append(asked)

    def look(self):
        """See what has become of those that run."""
        if self._running:
            time.sleep(_LOOKED_AT_EVERY_SECONDS)
        ended = {each.key for each in self._workers.ended()}
        for key, together in list(self._running.items()):
            trial = together[0].trial
            for asked in list(together):
                known = self._judge(asked)
                if known is None and key in ended:
                    known = _finished(asked) or _failed(asked)
                if known is not None:
                    together.remove(asked)
                    self._settle(known)
            if not together:
                del self._running[key]
                if key not in ended:
                    self._workers.end(trial)

    def _ask(self, number):
        if number == 0:
            plain = Variant(name=AS_IT_IS)
            return _Asked(number, plain, self._kept.trial(plain.name, self._recipe))
        variant = self._proposals.ask(number)
        try:
            changed = variant.change(self._recipe)
        except RecipeError as error:  # choices that are possible one by one
            self._settle(Tried(number=number, variant=variant, state=FAILED, error=str(error)))
            return None
        return _Asked(number, variant, self._kept.trial(variant.name, changed))

    def _judge(self, asked):
        """Tell the proposals of epochs that are new; the `Tried` if they give the trial up."""
        if not self._proposals.watches or asked.number == 0:
            return None
        monitor, planned = monitored(self._recipe), planned_epochs(asked.trial.recipe)
        for record in _epochs(asked.trial)[asked.epochs :]:
            asked.epochs += 1
            asked.best = better_of(monitor, record.get(monitor), asked.best)
            if asked.best is None or asked.epochs >= planned:
                continue
            if self._proposals.should_end(asked.number, asked.epochs, asked.best):
                return asked.tried(state=ENDED, score=asked.best, epochs=asked.epochs)
        return None

    def _settle(self, tried):
        self._proposals.tell(tried)
        self.tried.append(tried)
        if self._tell is not None:
            self._tell(tried)


def _epochs(trial):
    """What is known of its epochs, of a run that has finished where there is one."""
    outcome = read_outcome(trial)
    if outcome is not None:
        return read_records(outcome.directory / "metrics.jsonl")
    files = sorted(trial.folder.glob("run-*/metrics.jsonl"))
    return read_records(files[-1]) if files else []


def _finished(asked):
    outcome = read_outcome(asked.trial)
    if outcome is None:
        return None
    results = outcome.run["results"]
    if results["best"] is None or not math.isfinite(results["best"]):
        return asked.tried(state=FAILED, error="no epoch has a validation score")
    return asked.tried(
        state=FINISHED, score=results["best"], epochs=results["epochs"],
        seconds=outcome.run["seconds"],
    )  # fmt: skip


def _failed(asked):
    return asked.tried(state=FAILED, error=read_failure(asked.trial).error)
