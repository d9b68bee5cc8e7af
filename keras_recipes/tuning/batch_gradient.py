"""The gradient of one batch, as training would take it, without a trace in the model."""

import contextlib

import keras
import numpy as np

from keras_recipes.errors import RecipeError

_ENTRIES = 2**22
"""Of all vectors that are multiplied at once: 32 MiB."""


class BatchGradient:
    """Gradients of a compiled model's loss, all weights in one float32 vector.

    Args:
        model: compiled and built.

    Raises:
        RecipeError: if the model is spread over devices or not built, nothing in it trains, or its
            loss is a sum over the batch, whose gradient grows with it.
    """

    def __init__(self, model):
        import tensorflow as tf

        devices = model.distribute_strategy.num_replicas_in_sync
        if devices > 1:
            raise RecipeError(
                "GradientNoiseScale", f"takes gradients on one device; the model is on {devices}",
                "Measure in a training without tf.distribute.",
            )  # fmt: skip
        if not model.built:
            raise RecipeError(
                "GradientNoiseScale", "needs a model that is built as training begins; it is not",
                "Begin it with keras.Input(...), or call it once on a batch.",
            )  # fmt: skip
        if not model.trainable_weights:
            raise RecipeError(
                "GradientNoiseScale", "needs weights that train; the model has none",
                "Set trainable = True on some of its layers.",
            )  # fmt: skip
        for loss in keras.tree.flatten(model.loss):
            if getattr(loss, "reduction", None) == "sum":
                raise RecipeError(
                    "compile.loss", "must be a mean over the batch; got one that is a sum",
                    'Use reduction="sum_over_batch_size", and a rate as many times as large.',
                )  # fmt: skip
        self._model = model
        self._share = 1.0
        self._function = tf.function(self._take, reduce_retracing=True)

    def __call__(self, batch):
        """Gradient of `(x, y, sample_weight)`, float32, shape `(weights,)`; may not be finite."""
        import tensorflow as tf

        while True:
            gradient, finite, scale = self._function(*batch, tf.constant(self._share))
            if finite:
                return gradient
            if scale <= 1:  # it is not the scale
                self._share = 1.0
                return gradient
            # An example weighs more in a small batch than in training's, and overflows sooner.
            self._share /= 16

    @contextlib.contextmanager
    def measuring(self):
        """Within it the model may be called; afterwards it is what it was, to the bit."""
        # A forward pass in training mode moves these: the weights and the optimizer it leaves.
        from keras.src.random.seed_generator import global_seed_generator

        variables = [
            *self._model.non_trainable_variables,
            *self._model.metrics_variables,
            global_seed_generator().state,
        ]
        kept = [(each, keras.ops.copy(each)) for each in variables]
        try:
            yield
        finally:
            for variable, value in kept:
                variable.assign(value)

    def _take(self, x, y, sample_weight, share):
        import tensorflow as tf

        model = self._model
        with tf.GradientTape() as tape:
            training = {"training": True} if model._call_has_training_arg else {}
            loss = model.compute_loss(
                x=x, y=y, y_pred=model(x, **training), sample_weight=sample_weight, training=True
            )
            # As in training, so that half precision keeps small gradients; then scaled back.
            scaled = model.optimizer.scale_loss(loss * tf.cast(share, loss.dtype))
        weights = model.trainable_weights
        scale = share * tf.cast(model.optimizer.scale_loss(tf.ones((), loss.dtype)), tf.float32)
        gradients = [
            tf.reshape(tf.cast(tf.convert_to_tensor(each), tf.float32), [-1]) / scale
            for each in tape.gradient(scaled, weights)
            if each is not None
        ]
        vector = tf.concat(gradients, axis=0)
        return vector, tf.reduce_all(tf.math.is_finite(vector)), scale


def inner_products(vectors):
    """Of each pair of float32 vectors, as a float64 array of shape `(n, n)`."""
    import tensorflow as tf

    columns = max(1, _ENTRIES // len(vectors))
    products = np.zeros((len(vectors), len(vectors)))
    for start in range(0, vectors[0].shape[0], columns):
        block = tf.stack([each[start : start + columns] for each in vectors])
        # In float64, since a GPU may round a product of float32 matrices to ten bits.
        block = tf.cast(block, tf.float64)
        products += tf.linalg.matmul(block, block, transpose_b=True).numpy()
    return products
