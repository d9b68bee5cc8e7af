"""A learning rate for a model, in one call."""

import math
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_recipes.bounds import require_whole
from keras_recipes.errors import RecipeError
from keras_recipes.tuning.drawn_batches import (
    count_examples,
    draw_order,
    require_data,
    whole_batches,
)
from keras_recipes.tuning.loss_curve import RULES, LossCurve, check_rule
from keras_recipes.tuning.lr_range_test import LRRangeTest
from keras_recipes.tuning.optimizer_rate import accumulated_batches


@dataclass(frozen=True)
class FoundRate:
    """What `find_lr` found."""

    rate: float | None
    """The geometric mean of the repeats' suggestions; None if most have no usable valley."""
    low: float | None
    """The lowest of them, or None."""
    high: float | None
    """The highest of them, or None."""
    reason: str
    """Why there is no rate; "" if there is one."""
    curves: tuple[LossCurve, ...]
    """Of each repeat."""
    valleys: int
    """How many of them have a usable valley."""


def find_lr(model, data, *, batch_size=32, rule=RULES[0], repeats=1, seed=0, **range_test):
    """Suggest a learning rate by range tests, from where the model is, and leave it as it was.

    Args:
        model: compiled Keras model.
        data: `(x, y)` or `(x, y, sample_weight)` of arrays, or a `keras.utils.PyDataset`, whose
            batches are drawn at random; or a `tf.data.Dataset` of batches, taken in its order and
            begun again when it ends. One that shuffles goes on in its shuffling: train on another.
        batch_size: of arrays: the one to train with, since the rate goes with it.
        rule: see `LossCurve.suggest`.
        repeats: tests, each from the same state on other batches or in another order; of a
            `tf.data.Dataset` on those that follow. Their spread says how far to trust the rate.
        seed: of the order, 0 or more.
        **range_test: `min_lr`, `max_lr`, `steps` and `divergence` of `LRRangeTest`.

    Returns:
        `FoundRate`.

    Raises:
        RecipeError: if the model is not compiled, an argument is out of its range, there are fewer
            than two batches, the optimizer has no rate of its own, or the first loss is not finite.

    Example:
        ```python
        found = find_lr(model, (x, y), batch_size=128, repeats=3)
        model.optimizer.learning_rate = found.rate
        ```
    """
    if not getattr(model, "compiled", False):
        raise RecipeError(
            "find_lr.model", "is not compiled: it has no loss and no optimizer",
            "Call model.compile(optimizer, loss) first.",
        )  # fmt: skip
    check_rule("find_lr.rule", rule)
    require_whole("find_lr.repeats", repeats, at_least=1)
    require_whole("find_lr.seed", seed, at_least=0)
    # fit changes these before it tells its callbacks that it begins.
    kept = {name: getattr(model, name, None) for name in ("stop_training", "history")}
    curves = []
    for repeat in range(repeats):
        test = LRRangeTest(**range_test)
        count = len(test.rates) * accumulated_batches(model.optimizer)
        try:
            model.fit(
                _batches(data, batch_size, repeat, count, seed),
                steps_per_epoch=count,
                verbose=0,
                callbacks=[test],
                shuffle=False,
            )
        finally:
            test.restore()
            for name, value in kept.items():
                setattr(model, name, value)
        curves.append(test.curve)
    return combine(curves, rule)


def combine(curves, rule=RULES[0]) -> FoundRate:
    """What the curves of several tests say together, by a rule of `LossCurve.suggest`."""
    found = [curve.suggest(rule) for curve in curves]
    rates = [each.rate for each in found if each.rate is not None]
    if 2 * len(rates) < len(found) or not rates:
        reason = next(each.reason for each in found if each.rate is None)
        failed = len(found) - len(rates)
        return FoundRate(
            None, None, None, f"{failed} of {len(found)}: {reason}", tuple(curves), len(rates)
        )
    mean = math.exp(sum(map(math.log, rates)) / len(rates))
    return FoundRate(mean, min(rates), max(rates), "", tuple(curves), len(rates))


def _batches(data, batch_size, repeat, steps, seed):
    """What `fit` takes for `steps` batches, others in each repeat."""
    require_data("find_lr.data", data)
    if isinstance(data, tf.data.Dataset):
        count = int(data.cardinality())
        if count == tf.data.UNKNOWN_CARDINALITY:
            count = sum(1 for _ in data.take(2))
        if count != tf.data.INFINITE_CARDINALITY:
            _require_two(count)
        return data.repeat().skip(repeat * steps).take(steps)
    if isinstance(data, tuple):
        require_whole("find_lr.batch_size", batch_size, at_least=1)
        examples = count_examples(data)
        if batch_size > examples:
            raise RecipeError(
                "find_lr.batch_size",
                f"must be at most the number of examples, {examples}; got {batch_size!r}",
                "Use the batch size to train with.",
            )
    count, batch = whole_batches("find_lr.data", data, batch_size, _random(seed, repeat))
    _require_two(count)
    return _Chosen(batch, draw_order(count, steps, _random(seed, repeat)))


def _require_two(count):
    if count < 2:
        raise RecipeError(
            "find_lr.data",
            f"must hold at least two batches, since on one the loss falls at any rate; got {count}",
            "Give more data, or a smaller batch_size.",
        )


def _random(seed, repeat):
    return np.random.default_rng((seed, repeat))


class _Chosen(keras.utils.PyDataset):
    """Batches of some source in a given order, each made when it is asked for."""

    def __init__(self, batch, order):
        super().__init__()
        self._batch, self._order = batch, order

    def __len__(self):
        return len(self._order)

    def __getitem__(self, index):
        return self._batch(int(self._order[index]))
