"""Range tests and short trainings on real data, kept in files; `find_lr.py` prints what they say.

A pair is a recipe of this project, shortened, and an optimizer. For each pair and seed: one range
test by `find_lr`, and trainings from the same initial weights on the same augmented batches over a
grid of rates with a factor of two between neighbours. The schedule is the recipe's, a cosine, with
a tenth of the training as warm-up: the rate asked of a range test is the one that a recipe states,
which is the schedule's highest. A grid grows until the best rate, by the geometric mean of the
validation negative log-likelihood over the seeds, has two others on each side. Then every rule's
suggestion is trained with as well.

One model a pair is compiled; its variables are put back for each training, and rates are set in
the optimizer, so nothing is traced again.
"""

import functools
import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from keras_recipes import (
    MLP,
    SGD,
    TFDS,
    AdamW,
    CifarResNet,
    ConvNet,
    Cosine,
    Digits,
    Folder,
    Lion,
    Muon,
)
from keras_recipes.atomic_file import replacing
from keras_recipes.recipe.load import load

ROOT = Path(__file__).parent.parent
_SHORTENED = {
    "cifar_resnet": {
        "data": TFDS("cifar10", train_examples=5000, validation_fraction=0.04),
        "model": CifarResNet(depth=8, width=8),
        "epochs": 2,
        "batch_size": 64,
    },
    "digits_mlp": {
        "data": Digits(validation_fraction=0.3),
        "model": MLP(hidden_units=(256, 256), dropout=0.2),
        "epochs": 10,
    },
    "folder_convnet": {
        "data": Folder("photos", image_size=(32, 32), cache_size=(40, 40), validation_fraction=0.3),
        "model": ConvNet(blocks=3, convolutions=1, width=16, dropout=0.3),
        "epochs": 6,
    },
}


@dataclass(frozen=True)
class Pair:
    """A recipe and an optimizer, whose rate is the middle of the first grid."""

    recipe: str
    optimizer: object

    @property
    def name(self):
        return f"{self.recipe} {type(self.optimizer).__name__}"

    def load(self, sign_digits):
        """The recipe, shortened."""
        changes = dict(_SHORTENED[self.recipe])
        if isinstance(changes["data"], Folder):
            groups = sign_digits.with_name(sign_digits.name + ".groups.csv")
            changes["data"] = replace(changes["data"], path=str(sign_digits), group=str(groups))
        loaded = load(str(ROOT / "recipes" / f"{self.recipe}.py")).recipe
        schedule = Cosine(warmup_epochs=changes["epochs"] / 10)
        return replace(loaded, **changes, optimizer=self.optimizer, schedule=schedule)


PAIRS = (
    Pair("cifar_resnet", SGD(learning_rate=0.2, weight_decay=5e-3)),
    Pair("cifar_resnet", Muon(learning_rate=0.02)),
    Pair("digits_mlp", AdamW(learning_rate=4e-3)),
    Pair("digits_mlp", Lion(learning_rate=5e-4)),
    Pair("folder_convnet", AdamW(learning_rate=4e-3)),
    Pair("folder_convnet", SGD(learning_rate=0.1)),
)
DEVELOPMENT_PAIRS = (
    Pair("cifar_resnet", AdamW(learning_rate=4e-3)),
    Pair("digits_mlp", SGD(learning_rate=0.1)),
    Pair("digits_mlp", Muon(learning_rate=0.02)),
    Pair("folder_convnet", Lion(learning_rate=5e-4)),
)
"""On which the rule was chosen; what is reported of it is of the others."""

DEVELOPMENT_SEED = 100
"""The first of their seeds."""
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
    first = [step for step in range(-2, 3) if step not in done]
    if first:
        return first
    best = min(done, key=lambda step: mean_nll(results, grid_rate(pair, step)))
    return [step for step in range(best - 2, best + 3) if step not in done]


class Trainer:
    """The compiled model of a pair, and its data."""

    def __init__(self, pair, sign_digits):
        import numpy as np

        from keras_recipes.data import evaluation_batches, steps_per_epoch
        from keras_recipes.model_state import ModelState
        from keras_recipes.recipe import resolve_phases
        from keras_recipes.training.build import build_model, compile_phase
        from keras_recipes.training.fit import dtype_policy
        from keras_recipes.training.hardware import training_device
        from keras_recipes.training.precision import choose_speed

        self.recipe = pair.load(sign_digits)
        self.dataset = _read(self.recipe.data)
        (self.phase,) = resolve_phases(self.recipe)
        self.per_epoch = steps_per_epoch(self.dataset.train, self.recipe.batch_size)
        speed = choose_speed(training_device(), self.recipe.precision)
        place = ROOT / "recipes"

        def build():
            with dtype_policy(speed.precision):
                return build_model(self.recipe, self.dataset, place, speed)

        self._build = build
        self.model = build()
        plain = replace(self.phase, schedule=None)
        compile_phase(self.model, plain, np.ones(1), self.dataset, place, speed)
        batches = evaluation_batches(self.dataset.validation, self.dataset.num_classes, 500)
        self.validation = _arrays(batches)
        # Made before the state is kept, which holds them: nothing is traced again.
        self.model.make_train_function()
        self.model.make_test_function()
        self._untrained = ModelState(self.model)
        self.place = place

    def begin(self, seed):
        """Give the model the weights, and draw the batches, of a seed."""
        import keras

        from keras_recipes.data import training_batches
        from keras_recipes.model_state import ModelState
        from keras_recipes.training.build import build_augmentation

        self._untrained.restore()
        keras.utils.set_random_seed(seed)
        for mine, fresh in zip(self.model.variables, self._build().variables, strict=True):
            mine.assign(fresh)
        self._start = ModelState(self.model)
        self.seed = seed
        augment = build_augmentation(
            self.recipe.augment, self.dataset, self.place, seed=seed,
            batch_size=self.recipe.batch_size,
        )  # fmt: skip
        self.train = _arrays(
            training_batches(
                self.dataset.train,
                self.dataset.num_classes,
                seed=seed,
                batch_size=self.recipe.batch_size,
                first_step=0,
                last_step=self.recipe.epochs * self.per_epoch,
                augment=augment,
            )  # fmt: skip
        )

    def range_test(self):
        """Rates, and losses, as `find_lr` tests them by default."""
        from keras_recipes.tuning import find_lr

        found = find_lr(self.model, self.train, batch_size=self.recipe.batch_size, seed=self.seed)
        curve = found.curves[0]
        return curve.rates.tolist(), [_or_none(loss) for loss in curve.losses.tolist()]

    def validation_nll(self, rate):
        """Of a training with this highest rate."""
        import keras

        from keras_recipes.callbacks import CosineDecay

        self._start.restore()
        epochs = self.recipe.epochs
        # One epoch of fit, in which the batches of all of them follow one another.
        schedule = CosineDecay(rate, warmup_epochs=0.1)
        self.model.fit(
            *self.train, batch_size=self.recipe.batch_size, epochs=1, shuffle=False, verbose=0,
            callbacks=[schedule, keras.callbacks.TerminateOnNaN()],
        )  # fmt: skip
        assert len(schedule.table) == epochs * self.per_epoch
        nll = self.model.evaluate(*self.validation, batch_size=500, verbose=0, return_dict=True)
        self._start.restore()
        return nll["nll"] if math.isfinite(nll["nll"]) else math.inf


@functools.cache
def _read(data):
    return data.build()


def _arrays(batches):
    import numpy as np

    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


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
        trainer = None

        def do(result, seed, rates, pair=pair):
            nonlocal trainer
            rates = [rate for rate in rates if rate not in result.trained]
            if result.rates and not rates:
                return
            if trainer is None:
                trainer = Trainer(pair, sign_digits)
            trainer.begin(seed)
            if not result.rates:
                result.rates, result.losses = trainer.range_test()
                result.write()
            for rate in rates:
                result.trained[rate] = trainer.validation_nll(rate)
                result.write()
                tell(f"{pair.name}, seed {seed}, rate {rate:.3g}: {result.trained[rate]:.4f}")

        results = [Result.read(runs, pair, seed) for seed in seeds]
        while steps := steps_missing(pair, results):
            for seed, result in zip(seeds, results, strict=True):
                do(result, seed, [grid_rate(pair, step) for step in steps])
        suggested = suggestions(results, rules)
        for index, (seed, result) in enumerate(zip(seeds, results, strict=True)):
            rates = [found[index] for found in suggested.values()]
            do(result, seed, [rate for rate in rates if rate is not None])


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
        results = [each for each in results if each.rates and each.trained]
        if not results or not grid_of(pair, results):
            continue
        best = best_rate(pair, results)
        cells = []
        for name, rates in suggestions(results, rules).items():
            found = [
                _judge(result, rate, best) for result, rate in zip(results, rates, strict=True)
            ]
            within[name] += [near for near, _ in found]
            losses[name] += [loss for _, loss in found if loss is not None]
            cells.append(_cell(*zip(*found, strict=True)))
        about = f"| {pair.name}, n = {len(results)} | {best:g} | {mean_nll(results, best):.3f} "
        yield about + f"| {' | '.join(cells)} |"
    cells = [_cell(within[name], losses[name]) for name in rules]
    yield f"| all | | | {' | '.join(cells)} |"


def _judge(result, rate, best):
    """(whether a rate is within a factor of three of the best, its loss over the best's).

    The loss of no rate, and of one that diverges, is that of guessing; None if it isn't trained.
    """
    if rate is None:
        return False, _GUESSING / result.trained[best]
    loss = result.trained.get(rate)
    near = 1 / 3 <= rate / best <= 3
    return near, None if loss is None else min(loss, _GUESSING) / result.trained[best]


def _cell(within, losses):
    known = [math.log(loss) for loss in losses if loss is not None]
    mean = f"{math.exp(sum(known) / len(known)):.2f}" if known else "?"
    missing = len(losses) - len(known)
    return f"{sum(within)}/{len(within)}, {mean}" + (f" ({missing} not trained)" if missing else "")
