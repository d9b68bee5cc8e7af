"""A learning rate for a model, in one call."""

import math
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from keras_recipes.errors import RecipeError
from keras_recipes.tuning.loss_curve import LossCurve
from keras_recipes.tuning.lr_range_test import LRRangeTest


@dataclass(frozen=True)
class FoundRate:
    """What `find_lr` found."""

    rate: float | None
    """The geometric mean of the repeats' suggestions; None if none has a usable valley."""
    low: float | None
    """The lowest of them."""
    high: float | None
    """The highest of them."""
    reason: str
    """Why there is no rate; "" if there is one."""
    curves: tuple[LossCurve, ...]
    """Of each repeat."""


def find_lr(model, data, *, batch_size=32, rule="valley", repeats=1, seed=0, **range_test):
    """Suggest a learning rate by range tests, from where the model is, and leave it as it was.

    Args:
        model: compiled Keras model.
        data: `(x, y)` or `(x, y, sample_weight)` of arrays, drawn in batches in random order; or a
            `tf.data.Dataset` of batches, or a `keras.utils.PyDataset`, begun again when it ends.
        batch_size: of arrays: the one to train with, since the rate goes with it.
        rule: see `LossCurve.suggest`.
        repeats: tests, each from the same state on other batches: of arrays in another order, of a
            data set those that follow. Their spread says how far to trust the rate.
        seed: of the order of arrays.
        **range_test: `min_lr`, `max_lr`, `steps` and `divergence` of `LRRangeTest`.

    Returns:
        `FoundRate`.

    Raises:
        RecipeError: if the model is not compiled, an argument is out of its range, there is less
            than one batch, or the first loss is not finite.

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
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 1:
        raise RecipeError("find_lr.repeats", f"must be 1 or more; got {repeats!r}", "Use 3.")
    curves = []
    for repeat in range(repeats):
        test = LRRangeTest(**range_test)
        steps = len(test.rates)
        try:
            model.fit(
                **_batches(data, batch_size, repeat, steps, seed),
                verbose=0,
                callbacks=[test],
                shuffle=False,
            )
        finally:
            test.restore()
        curves.append(test.curve)
    found = [curve.suggest(rule) for curve in curves]
    rates = [each.rate for each in found if each.rate is not None]
    if len(rates) < len(found) / 2 or not rates:
        reason = next(each.reason for each in found if each.rate is None)
        return FoundRate(None, None, None, reason, tuple(curves))
    mean = math.exp(sum(map(math.log, rates)) / len(rates))
    return FoundRate(mean, min(rates), max(rates), "", tuple(curves))


def _batches(data, batch_size, repeat, steps, seed):
    """Arguments of `fit` for `steps` batches, others in each repeat."""
    if isinstance(data, keras.utils.PyDataset):
        return {"x": data, "epochs": math.ceil(steps / max(1, len(data)))}
    if isinstance(data, tuple):
        return _array_batches(data, batch_size, repeat, steps, seed)
    if not isinstance(data, tf.data.Dataset):
        raise RecipeError(
            "find_lr.data",
            "must be a tuple of arrays, a tf.data.Dataset or a PyDataset; got "
            f"{type(data).__name__}",
            "Use (x, y).",
        )
    return {"x": data.repeat().skip(repeat * steps), "epochs": 1, "steps_per_epoch": steps}


def _array_batches(data, batch_size, repeat, steps, seed):
    lengths = {len(each) for each in data}
    if len(lengths) != 1 or not 2 <= len(data) <= 3:
        raise RecipeError(
            "find_lr.data",
            f"must be (x, y) or (x, y, sample_weight) of one length; got {sorted(lengths)}",
            "Give as many labels as inputs.",
        )
    (count,) = lengths
    if not 1 <= batch_size <= count:
        raise RecipeError(
            "find_lr.batch_size",
            f"must be between 1 and the number of examples, {count}; got {batch_size!r}",
            "Use the batch size to train with.",
        )
    random = np.random.default_rng((seed, repeat))
    whole = count // batch_size * batch_size  # of each pass, so that all batches are alike
    passes = math.ceil(steps * batch_size / whole)
    order = np.concatenate([random.permutation(count)[:whole] for _ in range(passes)])
    x, y, *weights = (np.asarray(each)[order[: steps * batch_size]] for each in data)
    arguments = {"x": x, "y": y, "batch_size": batch_size, "epochs": 1}
    return arguments | ({"sample_weight": weights[0]} if weights else {})
