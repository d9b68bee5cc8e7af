"""The learning-rate range test as a callback: one `fit` is the test."""

import math

import keras
import numpy as np

from keras_recipes.bounds import require_number, require_whole
from keras_recipes.errors import RecipeError
from keras_recipes.model_state import ModelState
from keras_recipes.tuning.loss_curve import LossCurve
from keras_recipes.tuning.optimizer_rate import HeldRate, accumulated_batches, schedule_of

_SMOOTHING = 0.9
"""Of the average that is watched for divergence while the test runs."""


class LRRangeTest(keras.callbacks.Callback):
    """Train with rates that grow from batch to batch, note each batch's loss, then put all back.

    Source: Smith 2015, arXiv:1506.01186, section 3.3; exponential growth as in fastai. Keras's logs
    hold the average of an epoch so far: here it is begun anew before each batch, so that the loss
    noted is the batch's own, before its update.

    Where gradients are accumulated, a rate holds for the batches of an update, whose mean loss is
    noted.

    The test ends after `steps` updates, when the loss is not finite, or when its average has risen
    above `divergence` times the highest of the first tenth of the losses: of losses, not of the
    first one, so that neither noise nor a nearly trained model ends it. Then `fit` ends, and
    weights, optimizer, statistics, metrics, random numbers, schedule and compiled train function
    are what they were when it began, to the bit. A `fit` that is broken off by an error tells its
    callbacks nothing: call `restore` then.

    Give that `fit` no other callbacks that act at the end of an epoch, and no validation data.

    Args:
        min_lr: rate of the first update, above 0.
        max_lr: rate of the last, above `min_lr`.
        steps: updates, at least 20; each a batch, or as many as are accumulated.
        divergence: above 1.

    Attributes:
        curve: `LossCurve`, once the test has ended.

    Raises:
        RecipeError: at an argument out of its range; as the test begins, if the model is not
            compiled, its `steps_per_execution` is above 1 or its optimizer has no rate of its own,
            as `keras.optimizers.MultiOptimizer`; at its end, if the data held only one batch or
            the first loss is not finite.

    Example:
        ```python
        test = LRRangeTest(steps=100)
        model.fit(x, y, batch_size=128, epochs=10, callbacks=[test])
        print(test.curve.suggest())
        ```
    """

    def __init__(self, min_lr=1e-6, max_lr=10.0, steps=100, divergence=3.0):
        super().__init__()
        for name, value, above in (("min_lr", min_lr, 0), ("divergence", divergence, 1)):
            require_number(f"LRRangeTest.{name}", value, above=above)
        require_number("LRRangeTest.max_lr", max_lr, above=min_lr)
        require_whole("LRRangeTest.steps", steps, at_least=20)
        # float32, as the optimizer will use them.
        with np.errstate(over="ignore", under="ignore"):
            self.rates = np.geomspace(min_lr, max_lr, steps).astype(np.float32)
        if not np.isfinite(self.rates).all() or self.rates[0] == 0 or min(np.diff(self.rates)) <= 0:
            raise RecipeError(
                "LRRangeTest.max_lr",
                f"makes no {steps} rates that float32 tells apart, from {min_lr!r} to {max_lr!r}",
                "Use 1e-6 and 10.",
            )
        self.divergence = divergence
        self.curve = None
        self._state = None

    def on_train_begin(self, logs=None):
        if self.model.steps_per_execution > 1:
            raise RecipeError(
                "compile.steps_per_execution",
                "must be 1 for a range test, which notes the loss of every batch; got "
                f"{self.model.steps_per_execution}",
                "Compile the model without it for the test.",
            )
        if not hasattr(self.model.optimizer, "learning_rate"):  # it raises AttributeError
            raise RecipeError(
                "optimizer",
                "must have one learning rate for a range test; "
                f"{type(self.model.optimizer).__name__} has none of its own",
                "Test with a single optimizer, or each of several in its place.",
            )
        self._accumulates = accumulated_batches(self.model.optimizer) > 1
        self._updates = self._count_updates()
        self._begun = False
        self.curve, self.losses, self._average, self._weight = None, [], 0.0, 0.0
        # As tensors from the beginning: a step has two of these to set, and little time for it.
        self._rate_tensors = [keras.ops.convert_to_tensor(each) for each in self.rates]
        self._loss_sums = [
            (variable, keras.ops.zeros(variable.shape, variable.dtype))
            for metric in self.model.metrics
            if metric.name == "loss"
            for variable in metric.variables
        ]
        self._state = ModelState(self.model)
        self._schedule = schedule_of(self.model.optimizer)
        if self._schedule is not None:
            # The train function holds the schedule: this test's is traced with its own.
            self._rate = HeldRate(float(self.rates[0]))
            self.model.optimizer.learning_rate = self._rate
            self.model.make_train_function(force=True)

    def on_train_batch_begin(self, batch, logs=None):
        if self._begun:  # an update's further batches: its rate is set, its loss averaged
            return
        rate = self._rate_tensors[min(len(self.losses), len(self.rates) - 1)]
        if self._schedule is not None:
            self._rate.value.assign(rate)
        else:
            self.model.optimizer.learning_rate = rate
        for variable, zero in self._loss_sums:
            variable.assign(zero)

    def on_train_batch_end(self, batch, logs=None):
        if len(self.losses) == len(self.rates):
            return
        loss = float(logs["loss"])
        if self._accumulates:
            before, self._updates = self._updates, self._count_updates()
            self._begun = self._updates == before and math.isfinite(loss)
            if self._begun:
                return
        self.losses.append(loss)
        if len(self.losses) == len(self.rates) or self._has_diverged():
            self.model.stop_training = True

    def _count_updates(self):
        if not self._accumulates:
            return None  # each batch is one, and reading the count takes time
        return int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))

    def _has_diverged(self):
        loss = self.losses[-1]
        if not math.isfinite(loss):
            return True
        self._average = _SMOOTHING * self._average + (1 - _SMOOTHING) * loss
        self._weight = _SMOOTHING * self._weight + (1 - _SMOOTHING)
        tenth = len(self.rates) // 10
        if len(self.losses) <= tenth:
            return False
        return self._average / self._weight > self.divergence * max(map(abs, self.losses[:tenth]))

    def on_train_end(self, logs=None):
        self.restore()
        if len(self.losses) < 2 and all(map(math.isfinite, self.losses)):
            raise RecipeError(
                "fit", f"gave the range test {len(self.losses)} updates of {len(self.rates)}",
                "Give fit more data, or more epochs.",
            )  # fmt: skip
        self.curve = LossCurve(self.rates[: len(self.losses)], self.losses)

    def restore(self):
        """Put the model back as it was when the test began; nothing if it has been, or none has."""
        if self._state is None:
            return
        if self._schedule is not None:
            self.model.optimizer.learning_rate = self._schedule
        self._state.restore()
        self._state = None
