"""Measures the gradient noise scale while a model trains, and changes nothing of the training."""

import dataclasses
import math

import keras
import numpy as np

from keras_recipes.bounds import require_whole
from keras_recipes.callbacks.callback_state import require_state
from keras_recipes.errors import RecipeError
from keras_recipes.tuning.batch_gradient import BatchGradient, inner_products
from keras_recipes.tuning.noise_scale import (
    Measurement,
    NoiseScale,
    NoiseScaleOverTraining,
    estimate_noise_scale,
    measure,
    noise_scale_over_training,
)
from keras_recipes.tuning.small_batches import small_batches


class GradientNoiseScale(keras.callbacks.Callback):
    """Measure B_simple = tr(Sigma) / |G|^2 through a training: the batch size that pays.

    Source: McCandlish et al. 2018, arXiv:1812.06162; the measurement is that of appendix A.1. Every
    so many steps the gradients of `factor` small batches are taken; their mean is the gradient of a
    large batch, and the squared norms at both sizes give unbiased estimates of |G|^2 and
    tr(Sigma). One measurement says little, the ratio of the averages of many does. It costs a
    forward and a backward pass over `small_batch * factor` examples, and memory for `factor`
    gradients in float32.

    The gradient is that which training follows: of the compiled loss with the model's own
    regularisation, in training mode, so that dropout's noise counts as noise and batch
    normalisation takes the statistics of a small batch; before any clipping, without the decay of
    an optimizer. Weights by class that `fit` is given are unknown here: give `data` sample weights.
    The loss must be a mean over the batch, and a `train_step` of one's own is not asked. Under a
    float16 policy the loss is scaled as in training; norms are taken in float32.

    Training goes on as it would without, to the bit: statistics, metrics and seed generators are
    put back, and the examples are drawn by a generator of its own. (Data that draws from the global
    generators of Python or NumPy would move them, and a dataset that shuffles goes on in its
    shuffling when it is read: give `fit` another.)

    Logs `noise_scale` at the end of each epoch, over the last `window` measurements: NaN while they
    give no usable estimate.

    TensorFlow only, on one device.

    Args:
        data: what `fit` trains on, augmented as there: `(x, y)` or `(x, y, sample_weight)` of
            arrays, from which examples are drawn at random with replacement; a
            `keras.utils.PyDataset`, whose batches are; or an iterable of batches, such as a
            `tf.data.Dataset` that shuffles, taken in its order and begun again when it ends. As an
            iterable repeats nothing until then, a large batch must be a small share of it: the
            noise of one that holds it all is none, and |G|^2 seems smaller by the difference.
        small_batch: examples of a small batch, at least 1; of arrays alone, 32 by default. Other
            data has it from its first batch; smaller ones are passed over.
        factor: small batches that make up a large one, at least 4.
        every_steps: training steps from one measurement to the next, at least 1.
        window: measurements that the logged value is of, at least 1.
        seed: of the drawing, 0 or more.

    Attributes:
        history: list of `Measurement`, one a measurement, each with its step. What
            `estimate_noise_scale` gives of any part of it has an error bar.
        not_finite: measurements that had a gradient that was not finite, and are not in `history`.

    Raises:
        RecipeError: at an argument out of its range, or if the backend is not TensorFlow; as
            training begins, if the model is not built (a `Sequential` without `keras.Input`) or on
            several devices, nothing in it trains, or the loss is a sum; as it measures, if `data`
            doesn't hold two batches of one size.

    Example:
        ```python
        noise = GradientNoiseScale((x, y), every_steps=10)
        model.fit(x, y, batch_size=64, epochs=10, callbacks=[noise])
        print(noise.over_training().average)  # value, low, high, or the reason why there is none
        ```
    """

    def __init__(self, data, *, small_batch=None, factor=16, every_steps=10, window=20, seed=0):
        super().__init__()
        if keras.backend.backend() != "tensorflow":
            raise RecipeError(
                "GradientNoiseScale",
                f"works on TensorFlow only; the backend is {keras.backend.backend()}",
                "Set KERAS_BACKEND=tensorflow.",
            )
        self.factor = require_whole("GradientNoiseScale.factor", factor, at_least=4)
        self.every_steps = require_whole("GradientNoiseScale.every_steps", every_steps, at_least=1)
        self.window = require_whole("GradientNoiseScale.window", window, at_least=1)
        self.seed = require_whole("GradientNoiseScale.seed", seed, at_least=0)
        self._draw = small_batches("GradientNoiseScale", data, small_batch)
        self._reset()

    def on_train_begin(self, logs=None):
        self._reset()
        self._gradient = BatchGradient(self.model)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_began = self._step

    def on_train_batch_begin(self, batch, logs=None):
        self._step = self._epoch_began + batch
        if self._step >= self._next:
            self._next = (self._step // self.every_steps + 1) * self.every_steps
            self._measure()

    def on_train_batch_end(self, batch, logs=None):
        # With several steps an execution it is their last; where an epoch's last execution has
        # fewer, Keras counts them all the same.
        self._step = self._epoch_began + min(batch + 1, self.params.get("steps") or math.inf)

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            value = self.estimate().value
            logs["noise_scale"] = math.nan if value is None else value

    def estimate(self, last=None) -> NoiseScale:
        """The noise scale over the last measurements.

        Args:
            last: how many, at least 1; `window` by default.
        """
        last = self.window if last is None else last
        require_whole("GradientNoiseScale.estimate.last", last, at_least=1)
        return estimate_noise_scale(self.history[-last:])

    def over_training(self) -> NoiseScaleOverTraining:
        """The noise scale in parts of the training so far, and its average over them."""
        return noise_scale_over_training(self.history)

    def get_state(self):
        """What a resumed run needs, as JSON can hold it."""
        return {
            "step": self._step,
            "next": self._next,
            "not_finite": self.not_finite,
            "history": [list(dataclasses.astuple(each)) for each in self.history],
        }

    def set_state(self, state):
        """Continue from `get_state()`; call it after `on_train_begin`, which forgets all.

        What is drawn from arrays and a `PyDataset` goes on as it would have; an iterable begins
        anew.

        Raises:
            RecipeError: if `state` has other keys.
        """
        require_state("GradientNoiseScale", state, ("step", "next", "not_finite", "history"))
        self._step = self._epoch_began = state["step"]
        self._next = state["next"]
        self.not_finite = state["not_finite"]
        self.history = [
            Measurement(step, squared, variance, tuple(covariance), freedom)
            for step, squared, variance, covariance, freedom in state["history"]
        ]

    def _reset(self):
        self.history, self.not_finite = [], 0
        self._step = self._next = self._epoch_began = 0
        self._gradient = None

    def _measure(self):
        random = np.random.default_rng((self.seed, len(self.history) + self.not_finite))
        with self._gradient.measuring():
            batches = list(self._draw(random, self.factor))
            gradients = [self._gradient(batch) for batch, _ in batches]
        products, size = inner_products(gradients), batches[0][1]
        if np.isfinite(products).all():
            self.history.append(measure(self._step, products, size))
        else:
            self.not_finite += 1
