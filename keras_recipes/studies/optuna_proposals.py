"""Settings that Optuna proposes (TPE), or gives up (successive halving)."""

import importlib.util
import math
import warnings

from keras_recipes.errors import RecipeError
from keras_recipes.studies.search import ENDED, FINISHED, Drawn, Tried
from keras_recipes.studies.space import Range, draw, setting, values_of
from keras_recipes.studies.variant import Variant

DRAWN_FIRST = 10
"""Settings that are drawn before TPE knows enough to propose any."""
KEPT_FRACTION = 3
"""At each rung one of so many goes on, to so many times the epochs."""


def require_optuna(option: str):
    """Raise `RecipeError` where Optuna is not installed, by the option that needs it."""
    if importlib.util.find_spec("optuna") is None:
        raise RecipeError(
            option, "needs optuna, which is not installed",
            "Install it: pip install 'keras_recipes[search]'. Or use --random.",
        )  # fmt: skip


def first_rung(epochs: int) -> int:
    """Epochs after which a trial is first compared: a ninth of all, rounded up."""
    return math.ceil(epochs / KEPT_FRACTION**2)


class TPE:
    """Proposes what the scores so far make likely to be good: a tree-structured Parzen estimator.

    Source: Bergstra et al. 2011, "Algorithms for hyper-parameter optimization", section 4; by
    Optuna, over all choices jointly. The first ten settings are those of a random search with the
    same seed.

    Args:
        space: as `parse_space` returns it.
        number: of settings.
        seed: of the draws.
        monitor: what is optimised, `"val_accuracy"` or `"val_nll"`.
    """

    watches = False

    def __init__(self, space, number: int, seed: int, monitor: str):
        optuna = _load()
        self.number = number
        self._space = space
        self._distributions = {each.path: _distribution(optuna, each) for each in space}
        sampler = optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=DRAWN_FIRST, multivariate=True, constant_liar=True
        )
        self._study = optuna.create_study(direction=_direction(monitor), sampler=sampler)
        for each in draw(space, min(number, DRAWN_FIRST), seed):
            self._study.enqueue_trial(
                {part.path: _read(part, value)
                 for part, value in zip(space, values_of(each), strict=True)}
            )  # fmt: skip
        self._failed = optuna.trial.TrialState.FAIL
        self._trials = {}

    def ask(self, number: int) -> Variant:
        """The setting of a number, from 1; it depends on what has been told."""
        trial = self._trials[number] = self._study.ask(self._distributions)
        values = [
            each.write(trial.params[each.path]) if isinstance(each, Range)
            else trial.params[each.path]
            for each in self._space
        ]  # fmt: skip
        return setting(self._space, values)

    def tell(self, tried: Tried):
        """What came of a setting; one that failed counts as no evidence."""
        trial = self._trials.pop(tried.number, None)  # none of the recipe as it is
        if trial is None:
            return
        if tried.state == FINISHED:
            self._study.tell(trial, tried.score)
        else:
            self._study.tell(trial, state=self._failed)

    def should_end(self, number: int, epoch: int, score: float) -> bool:
        """Never."""
        return False


class Halving(Drawn):
    """Settings that were drawn beforehand, of which a third goes on at each rung.

    Rungs are after a ninth and a third of the epochs. A trial that gets there goes on if its best
    score so far is in the best third of those that have got there before it; none waits for others.
    Source: Li et al. 2020, "A system for massively parallel hyperparameter tuning",
    arXiv:1810.05934, section 3, in the form without promotions at a later time, by Optuna.

    Args:
        variants: the settings.
        epochs: of a trial that is not given up.
        monitor: what is compared, `"val_accuracy"` or `"val_nll"`.
    """

    watches = True

    def __init__(self, variants, epochs: int, monitor: str):
        super().__init__(variants)
        optuna = _load()
        pruner = optuna.pruners.SuccessiveHalvingPruner(
            min_resource=first_rung(epochs), reduction_factor=KEPT_FRACTION
        )
        self._study = optuna.create_study(direction=_direction(monitor), pruner=pruner)
        self._states, self._trials = optuna.trial.TrialState, {}

    def should_end(self, number: int, epoch: int, score: float) -> bool:
        """Whether the trial is at a rung, and not in the best third there."""
        if number not in self._trials:
            self._trials[number] = self._study.ask()
        self._trials[number].report(score, epoch)
        return self._trials[number].should_prune()

    def tell(self, tried: Tried):
        """What came of a setting; what it had at the rungs stays."""
        trial = self._trials.pop(tried.number, None)
        if trial is None:
            return
        if tried.state == FINISHED:
            self._study.tell(trial, tried.score)
        else:
            states = self._states
            self._study.tell(trial, state=states.PRUNED if tried.state == ENDED else states.FAIL)


def _load():
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # Both options of TPE have been called experimental for years.
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    return optuna


def _direction(monitor):
    return "maximize" if monitor == "val_accuracy" else "minimize"


def _distribution(optuna, choice):
    if not isinstance(choice, Range):
        return optuna.distributions.CategoricalDistribution(choice.values)
    if choice.kind == "int":
        return optuna.distributions.IntDistribution(choice.low, choice.high)
    return optuna.distributions.FloatDistribution(choice.low, choice.high, log=choice.kind == "log")


def _read(choice, value):
    if not isinstance(choice, Range):
        return value
    return int(value) if choice.kind == "int" else float(value)
