"""The operations of RandAugment and AugMix: another one for each image of a batch."""

import functools
import math
from dataclasses import dataclass

import tensorflow as tf

from keras_recipes.augment import tone
from keras_recipes.augment.color import adjust_brightness, adjust_contrast, adjust_saturation
from keras_recipes.augment.warp import rotation, shear_and_shift, warp_nearest
from keras_recipes.errors import RecipeError, did_you_mean

_APART = ("equalize", "sharpness")
_ADJUST = {
    "brightness": adjust_brightness,
    "color": adjust_saturation,
    "contrast": adjust_contrast,
}
_WARPS = ("rotate", "shear_x", "shear_y", "translate_x", "translate_y")

OPERATIONS = (
    "identity", "auto_contrast", "equalize", "rotate", "solarize", "color", "posterize",
    "contrast", "brightness", "sharpness", "shear_x", "shear_y", "translate_x", "translate_y",
    "invert",
)  # fmt: skip
"""Every name that `apply_operations` knows."""


@dataclass(frozen=True)
class Ranges:
    """What an operation does at full strength, 1; at 0 nothing.

    Auto-contrast, equalize and invert have no strength.
    """

    degrees: float = 30.0
    """Of a rotation."""
    shear: float = 0.3
    """Pixels for each pixel."""
    translation: float = 0.45
    """Of the side."""
    enhancement: float = 0.9
    """Colour, contrast, brightness and sharpness get the factor 1 plus or minus it."""
    bits: tuple = (8, 4)
    """That posterize keeps at 0 and at 1."""


def check_operations(place, operations):
    """Raise `RecipeError` unless `operations` is a tuple of known names, each once.

    Args:
        place: the argument that gave them, as an error names it.
    """
    if not isinstance(operations, tuple) or not operations:
        raise RecipeError(
            place, f"must be a tuple of names; got {operations!r}", f"Take from {OPERATIONS}."
        )
    for name in operations:
        if name not in OPERATIONS:
            raise RecipeError(place, f"has no {name!r}", did_you_mean(str(name), OPERATIONS))
        if operations.count(name) > 1:
            raise RecipeError(place, f"names {name!r} twice", "Name each once.")


def check_shape(place, shape):
    """Raise `RecipeError` unless `shape` is that of a batch of grey or colour images."""
    if len(shape) != 4 or None in shape[1:] or shape[-1] not in (1, 3) or min(shape[1:3]) < 3:
        raise RecipeError(
            place,
            "takes images of shape (batch, height, width, 1 or 3), of at least 3 by 3 pixels; "
            f"got {shape}",
            "Batch the images first, all of one known size.",
        )


def apply_operations(images, chosen, strengths, signs, operations, fill=128.0, ranges=None):
    """Carry out one operation on each image.

    XLA makes one pass of all operations over all images, each pixel keeping one result: that is
    faster than to sort the images by operation, as TensorFlow needs a pass for each step of each.
    Only the two that XLA is slow at, equalize and sharpness, take out their images.

    Args:
        images: float32 in 0..255, shape `(batch, height, width, channels)`, all but the batch
            static.
        chosen: int32, shape `(batch,)`: indices of `operations`.
        strengths: float32 in 0..1, shape `(batch,)`, of `ranges`.
        signs: float32, -1 or 1, shape `(batch,)`: which way.
        operations: names out of `OPERATIONS`.
        fill: value of what is moved in from outside the image.
        ranges: `Ranges`; None for the usual ones.

    Returns:
        float32 images of the same shape.
    """
    ranges = ranges or Ranges()
    result = _in_one_pass(operations, fill, ranges)(images, chosen, strengths, signs)
    for name in _APART:
        if name not in operations:
            continue
        members = tf.where(chosen == operations.index(name))
        few = tf.ensure_shape(tf.gather_nd(images, members), [None, *images.shape[1:]])
        factors = _factors(tf.gather_nd(strengths * signs, members), ranges)
        changed = tone.equalize(few) if name == "equalize" else tone.sharpness(few, factors)
        result = tf.tensor_scatter_nd_update(result, members, changed)
    return tf.ensure_shape(result, images.shape)


@functools.cache
def _in_one_pass(operations, fill, ranges):
    """Compiled function of images, chosen, strengths and signs: all operations not in `_APART`."""

    def change(images, chosen, strengths, signs):
        result = images
        for n, name in enumerate(operations):
            if name == "identity" or name in _WARPS or name in _APART:
                continue
            changed = _change_tone(name, images, strengths, signs, ranges)
            result = tf.where((chosen == n)[:, tf.newaxis, tf.newaxis, tf.newaxis], changed, result)
        warps = [n for n, name in enumerate(operations) if name in _WARPS]
        if warps:
            matrices = _matrices(chosen, strengths * signs, operations, images.shape, ranges)
            warped = warp_nearest(images, matrices, fill)
            moved = tf.reduce_any(chosen[:, tf.newaxis] == warps, axis=1)
            result = tf.where(moved[:, tf.newaxis, tf.newaxis, tf.newaxis], warped, result)
        return result

    # A partial, since TensorFlow warns of retracing by the code that functions share.
    return tf.function(functools.partial(change), jit_compile=True, autograph=False)


def _change_tone(name, images, strengths, signs, ranges):
    if name == "solarize":
        return tone.solarize(images, 256.0 * (1.0 - strengths))
    if name == "posterize":
        most, least = ranges.bits
        return tone.posterize(images, most - tf.round((most - least) * strengths))
    if name in _ADJUST:
        return _ADJUST[name](images, _factors(strengths * signs, ranges))
    return getattr(tone, name)(images)


def _factors(amounts, ranges):
    return 1.0 + ranges.enhancement * amounts


def _matrices(chosen, amounts, operations, shape, ranges):
    """The map of each image, shape `(batch, 2, 3)`."""
    height, width = shape[1:3]

    def amount(name, full):
        if name not in operations:
            return tf.zeros_like(amounts)
        return tf.where(chosen == operations.index(name), amounts * full, 0.0)

    straight = shear_and_shift(
        amount("shear_x", ranges.shear),
        amount("shear_y", ranges.shear),
        amount("translate_x", ranges.translation * width),
        amount("translate_y", ranges.translation * height),
    )
    if "rotate" not in operations:
        return straight
    turned = rotation(amount("rotate", math.radians(ranges.degrees)), height, width)
    is_turned = (chosen == operations.index("rotate"))[:, tf.newaxis, tf.newaxis]
    return tf.where(is_turned, turned, straight)
