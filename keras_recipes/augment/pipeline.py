"""Augmentation of a batch as a pure function of (seed, epoch, step)."""

import functools
import itertools
import numbers

import tensorflow as tf

from keras_recipes.augment.keyed import keyed_randomness
from keras_recipes.augment.keys import batch_key, fold_key
from keras_recipes.augment.random_layer import RandomImageLayer, compile_together
from keras_recipes.augment.resting import resting
from keras_recipes.augment.traced import traced_layer
from keras_recipes.errors import RecipeError


def build_pipeline(layers, *, seed, image_shape, num_classes, batch_size, mixing_until_epoch=None):
    """Trace layers, each by itself and without state, into a pipeline for `tf.data`.

    Layers take and return a dict of `"images"`, float32 in 0..255, and `"labels"`, one-hot
    float32; they may change the images' height and width. Layer n draws from a key of
    (seed, epoch, step, n), so a layer added or removed after it changes nothing that it draws.
    Neighbours among our own layers that change images alone are compiled into one pass.

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
        # Each layer, what it does, and what it does while mixing rests.
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
    def layers(self):
        """The layers, as they were given."""
        return tuple(layer for layer, _, _ in self._traced_layers)

    @property
    def rests(self):
        """Whether a layer does less from the epoch on in which mixing ends."""
        return any(at_rest is not traced for _, traced, at_rest in self._traced_layers)

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
        before = self._images[-1]
        trace = functools.partial(traced_layer, layer, n, before, self._labels, f"{self._seed}.{n}")
        traced = trace(layer)
        at_rest = layer if self._mixing_until_epoch is None else resting(layer)
        traced_at_rest = traced if at_rest is layer else trace(at_rest or (lambda batch: batch))
        height, width = traced.structured_outputs["images"].shape[1:3]
        # Some layers lose the static shape: those leave the size alone.
        size = before.shape[1:3] if None in (height, width) else (height, width)
        after = tf.TensorSpec((before.shape[0], *size, before.shape[3]), tf.float32)
        return AugmentPipeline(
            (*self._traced_layers, (layer, traced, traced_at_rest)),
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
        images = tf.ensure_shape(images, self._images[0].shape)
        labels = tf.ensure_shape(labels, self._labels.shape)
        key = batch_key(self._seed, epoch, step)
        for stage in self._stages:
            images, labels = stage(images, labels, key, epoch)
        return tf.cast(images, tf.float32), labels

    @functools.cached_property
    def _stages(self):
        """Functions of (images, labels, key, epoch) to images and labels, in turn."""
        stages, numbered = [], enumerate(self._traced_layers)
        # One that does more in `call` than its drawing and its transform is called.
        for together, group in itertools.groupby(
            numbered, lambda each: getattr(type(each[1][0]), "call", None) is RandomImageLayer.call
        ):
            if together:
                stages.append(self._together(*zip(*group, strict=True)))
            else:
                stages += [functools.partial(self._alone, n) for n, _ in group]
        return stages

    def _together(self, places, traced_layers):
        """One compiled pass for neighbours; each draws as it would alone."""
        layers = [layer for layer, _, _ in traced_layers]
        compiled = compile_together(layers)

        def stage(images, labels, key, epoch):
            batch, drawn = tf.shape(images)[0], []
            for n, layer in zip(places, layers, strict=True):
                known, *size = self._images[n].shape
                with keyed_randomness(fold_key(key, n), f"{self._seed}.{n}"):
                    drawn.append(layer.draw((batch if known is None else known, *size)))
            images = compiled(images, drawn)
            return tf.ensure_shape(images, self._images[places[-1] + 1].shape), labels

        return stage

    def _alone(self, n, images, labels, key, epoch):
        _, traced, at_rest = self._traced_layers[n]
        inputs = (tf.cast(images, tf.float32), labels, fold_key(key, n))
        if at_rest is traced:
            outputs = traced(*inputs)
        else:
            outputs = tf.cond(
                tf.cast(epoch, tf.int64) < self._mixing_until_epoch,
                functools.partial(traced, *inputs),
                functools.partial(at_rest, *inputs),
            )
        images = tf.ensure_shape(outputs["images"], self._images[n + 1].shape)
        return images, tf.ensure_shape(outputs["labels"], self._labels.shape)
