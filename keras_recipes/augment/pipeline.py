"""Augmentation of a batch as a pure function of (seed, epoch, step)."""

import functools
import numbers
import re

import keras
import tensorflow as tf

from keras_recipes.augment.audit import stateful_operations
from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.augment.keyed import batch_key, fold_key, keyed_randomness
from keras_recipes.augment.resting import resting
from keras_recipes.augment.training_argument import training_argument
from keras_recipes.errors import RecipeError


def build_pipeline(layers, *, seed, image_shape, num_classes, batch_size, mixing_until_epoch=None):
    """Trace layers, each by itself and without state, into a pipeline for `tf.data`.

    Layers take and return a dict of `"images"`, float32 in 0..255, and `"labels"`, one-hot
    float32; they may change the images' height and width. Layer n draws from a key of
    (seed, epoch, step, n), so a layer added or removed after it changes nothing that it draws.

    Args:
        layers: Keras or KerasCV layers, or functions from such a dict to such a dict; built under
            `float32_policy`. May be empty: the pipeline then only casts to float32.
        seed: integer in `[0, 2**31)`.
        image_shape: `(height, width, channels)` of the images that the first layer is given.
        num_classes: length of a label.
        batch_size: images in every batch, or None if batches differ in size.
        mixing_until_epoch: the first epoch, counted from 0, in which labels are mixed no more:
            MixUp and CutMix rest, also within `OneOf` and `Sometimes`, and what the other layers
            draw stays the same. None mixes in all.

    Returns:
        `AugmentPipeline`.

    Raises:
        RecipeError: naming the layer by its index, as `augment.2 (RandomJpegQuality)`, if it cannot
            be traced, holds state that no key can replace, computes in less than float32, or
            changes a type, or a shape otherwise.

    Example:
        ```python
        augment = build_pipeline(
            [PaddedCrop(4), Flip()],
            seed=0, image_shape=(32, 32, 3), num_classes=10, batch_size=128,
        )
        dataset = dataset.map(augment, num_parallel_calls=tf.data.AUTOTUNE)
        ```
    """
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or not 0 <= seed < 2**31:
        raise RecipeError(
            "seed", f"must be an integer in [0, 2**31); got {seed!r}", "Use 0 if any will do."
        )
    images = tf.TensorSpec((batch_size, *image_shape), tf.float32)
    labels = tf.TensorSpec((batch_size, num_classes), tf.float32)
    pipeline = AugmentPipeline((), seed, (images,), labels, mixing_until_epoch)
    for layer in layers:
        pipeline = pipeline.then(layer)
    if layers and mixing_until_epoch is not None and not pipeline.rests:
        raise RecipeError(
            "mixing_until_epoch", "takes no effect: no layer mixes labels",
            "Leave it out, or add MixUp or CutMix.",
        )  # fmt: skip
    return pipeline


class AugmentPipeline:
    """Augment a batch by the key of its seed, epoch and step; made by `build_pipeline`."""

    def __init__(self, traced_layers, seed, images, labels, mixing_until_epoch=None):
        # Of each layer what it does, and what it does while mixing rests.
        self._traced_layers = traced_layers
        self._mixing_until_epoch = mixing_until_epoch
        self._seed = seed
        # Before the first layer and after each.
        self._images = images
        self._labels = labels

    @property
    def image_shape(self):
        """`(height, width, channels)` of the augmented images."""
        return tuple(self._images[-1].shape[1:])

    @property
    def rests(self):
        """Whether a layer does less from the epoch on in which mixing ends."""
        return any(at_rest is not traced for traced, at_rest in self._traced_layers)

    def then(self, layer):
        """A pipeline with one more layer, which may be made for this one's `image_shape`.

        Args:
            layer: as `build_pipeline` takes it.

        Returns:
            `AugmentPipeline`; this one stays as it is.

        Raises:
            RecipeError: as `build_pipeline` does.
        """
        n = len(self._traced_layers)
        where = f"augment.{n} ({_name(layer)})"
        before = self._images[-1]
        trace = functools.partial(_trace, layer, where, before, self._labels, f"{self._seed}.{n}")
        traced = trace(layer)
        at_rest = layer if self._mixing_until_epoch is None else resting(layer)
        traced_at_rest = traced if at_rest is layer else trace(at_rest or (lambda batch: batch))
        height, width = traced.structured_outputs["images"].shape[1:3]
        # Some layers lose the static shape: those leave the size alone.
        size = before.shape[1:3] if None in (height, width) else (height, width)
        after = tf.TensorSpec((before.shape[0], *size, before.shape[3]), tf.float32)
        return AugmentPipeline(
            (*self._traced_layers, (traced, traced_at_rest)),
            self._seed,
            (*self._images, after),
            self._labels,
            self._mixing_until_epoch,
        )

    def __call__(self, images, labels, epoch, step):
        """Augment one batch.

        Args:
            images: uint8 or float32 in 0..255, of the shape that the pipeline was built for.
            labels: one-hot float32, shape `(batch_size, num_classes)`.
            epoch: scalar int64, from 0.
            step: scalar int64, of the run or of the epoch, from 0.

        Returns:
            images, float32 in 0..255, shape `(batch_size, *image_shape)`, and labels, float32, of
            the shape that they had.

        Raises:
            RecipeError: if images or labels are of another type.
        """
        if images.dtype not in (tf.uint8, tf.float32):
            raise RecipeError(
                "images",
                f"must be uint8 or float32, in 0..255; got {images.dtype.name}",
                "Cast them first.",
            )
        if labels.dtype != tf.float32:
            raise RecipeError(
                "labels",
                f"must be one-hot float32; got {labels.dtype.name}, which augmentation layers "
                "corrupt",
                "Use tf.one_hot(labels, num_classes).",
            )
        images = tf.ensure_shape(tf.cast(images, tf.float32), self._images[0].shape)
        labels = tf.ensure_shape(labels, self._labels.shape)
        key = batch_key(self._seed, epoch, step)
        for n, (traced, at_rest) in enumerate(self._traced_layers):
            inputs = (images, labels, fold_key(key, n))
            if at_rest is traced:
                outputs = traced(*inputs)
            else:
                outputs = tf.cond(
                    tf.cast(epoch, tf.int64) < self._mixing_until_epoch,
                    functools.partial(traced, *inputs),
                    functools.partial(at_rest, *inputs),
                )
            images = tf.ensure_shape(outputs["images"], self._images[n + 1].shape)
            labels = tf.ensure_shape(outputs["labels"], self._labels.shape)
        return images, labels


def _trace(layer, where, images, labels, python_seed, function):
    """What a layer does as a `ConcreteFunction` of images, labels and a key; passes all checks.

    `function` is the layer, or what stands for it while mixing rests.
    """
    if not callable(layer):
        raise RecipeError(
            where, f"must be a layer or a function; got {layer!r}", "Pass a built Keras layer."
        )
    _check_precision(layer, where)
    options = training_argument(function)

    @tf.function
    def call(images, labels):
        with float32_policy():
            return function({"images": images, "labels": labels}, **options)

    @tf.function
    def call_keyed(images, labels, key):
        with float32_policy(), keyed_randomness(key, python_seed):
            return function({"images": images, "labels": labels}, **options)

    try:
        if not all(part.built for part in _layers_within(layer)):
            # Keras builds these at the first call, in a graph of their own where no key reaches.
            call.get_concrete_function(images, labels)
        traced = call_keyed.get_concrete_function(images, labels, tf.TensorSpec([2], tf.int32))
    except Exception as error:
        raise RecipeError(
            where,
            f"cannot be traced: {_in_one_line(error)}",
            'It must take a dict of "images" and one-hot float32 "labels".',
        ) from error
    _check_outputs(traced.structured_outputs, {"images": images, "labels": labels}, where)
    stateful = stateful_operations(traced)
    if stateful:
        raise RecipeError(
            where,
            "must draw its randomness from its key alone; got operations with state: "
            + ", ".join(stateful),
            "Draw by tf.random, keras.random or a Keras SeedGenerator, without variables or "
            "Python calls.",
        )
    return traced


def _in_one_line(error) -> str:
    """What an error says, without TensorFlow's frames of code and what Keras puts around it."""
    text = str(error.args[0] if isinstance(error, KeyError) else error)
    text = re.sub(r"\x1b\[\d+m", "", text)
    text = re.sub(r"(?s)\s*Arguments received by .*", "", text)
    text = re.sub(r"Exception encountered when calling \S+\s", "", text)
    text = re.sub(r'(?s).*\n    File "[^\n]*\n[^\n]*\n', "", text)
    said = " ".join(text.split()).rstrip(".")
    return said if re.match(r"\w+Error: ", said) else f"{type(error).__name__}: {said}"


def _name(layer):
    return getattr(layer, "__name__", type(layer).__name__)


def _layers_within(layer):
    """A Keras layer and all layers that it is made of; nothing for a function."""
    return layer._flatten_layers() if isinstance(layer, keras.layers.Layer) else []


def _check_precision(layer, where):
    # The layers that a KerasCV layer builds follow the global policy, whatever its own.
    for part in _layers_within(layer):
        if part.compute_dtype != "float32":
            raise RecipeError(
                where,
                f"must compute in float32; got {part.compute_dtype} in {_name(part)}",
                "Build it inside `with float32_policy():`.",
            )


def _check_outputs(outputs, inputs, where):
    for entry, tensor in inputs.items():
        if not isinstance(outputs, dict) or entry not in outputs:
            raise RecipeError(
                where,
                f'must return a dict of "images" and "labels"; got {type(outputs).__name__}'
                + (f" of {', '.join(outputs)}" if isinstance(outputs, dict) else ""),
                "Return the dict that it was given, with the entries changed.",
            )
        result = outputs[entry]
        wanted = list(tensor.shape)
        if entry == "images":
            wanted[1:3] = [None, None]  # which a crop may change
        if result.dtype != tf.float32 or not result.shape.is_compatible_with(wanted):
            raise RecipeError(
                where,
                f"must keep the {entry} float32 of shape {tuple(wanted)}; "
                f"got {result.dtype.name} of shape {tuple(result.shape)}",
                "Change labels in the loss."
                if entry == "labels"
                else "Change height and width alone.",
            )
