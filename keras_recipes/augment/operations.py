"""The operations of RandAugment and AugMix: another one for each image of a batch."""

import functools
import math
from dataclasses import dataclass

import tensorflow as tf

from keras_recipes.augment import tone
from keras_recipes.augment.color import adjust_brightness, adjust_saturation
from keras_recipes.augment.warp import rotation, shear_and_shift, warp_nearest
from keras_recipes.errors import RecipeError, did_you_mean

_ENHANCE = {
    "brightness": adjust_brightness,
    "color": adjust_saturation,
}
_WARPS = ("rotate", "shear_x", "shear_y", "translate_x", "translate_y")

OPERATIONS = (
    "identity", "auto_contrast", "equalize", "rotate", "solarize", "color", "posterize",
    "contrast", "brightness", "sharpness", "shear_x", "shear_y", "translate_x", "translate_y",
    "invert",
)  # fmt: skip
"""Every name that `operate` knows."""


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


def draw_signs(shape, seed):
    """Signs for `operate`: float32, -1 or 1 alike, of `shape`."""
    return tf.cast(2 * tf.random.stateless_uniform(shape, seed, 0, 2, tf.int32) - 1, tf.float32)


def operate(image, chosen, strengths, signs, operations, fill=128.0, ranges=None):
    """Carry out operations on one image, one after the other; each rounds to whole values.

    To be compiled by XLA, for all images of a batch in `tf.map_fn`: an image is changed by what it
    drew alone, and while it is in the processor's cache, for which bytes are kept between.

    Args:
        image: any numeric type, in 0..255, static shape `(height, width, channels)`.
        chosen: int32, shape `(count,)`: indices of `operations`.
        strengths: float32 in 0..1, shape `(count,)`, of `ranges`.
        signs: float32, -1 or 1, shape `(count,)`: which way.
        operations: names out of `OPERATIONS`.
        fill: value of what is moved in from outside the image; rounded too.
        ranges: `Ranges`; None for the usual ones.

    Returns:
        uint8 image of the same shape.
    """
    ranges = ranges or Ranges()
    changes, change_of = _changes(operations, fill, ranges)
    change_of = tf.constant(change_of)

    def step(n, images):
        # Changes take a batch, of one here, and settings for each image. What each image takes is
        # gathered: by a slice's bounds, XLA would want to know them, and compile for each anew.
        settings = [tf.gather(each, [n]) for each in (chosen, strengths, signs)]
        branches = [functools.partial(change, images, *settings) for change in changes]
        changed = tf.switch_case(tf.gather(change_of, settings[0][0]), branches)
        return n + 1, tf.ensure_shape(changed, images.shape)

    first = (tf.constant(0), tone.rounded(image)[tf.newaxis])
    return tf.while_loop(lambda n, _: n < chosen.shape[0], step, first)[1][0]


def _changes(operations, fill, ranges):
    """Functions of (images, chosen, strengths, signs), and for each operation which one to take.

    Whatever moves pixels is one function, so that XLA compiles it once.
    """

    def move(images, chosen, strengths, signs):
        matrices = _matrices(chosen, strengths * signs, operations, images.shape, ranges)
        return warp_nearest(images, matrices, math.floor(fill + 0.5))

    def tone_of(name):
        return lambda images, _, *amounts: _change_tone(name, images, *amounts, ranges)

    changes = {name: tone_of(name) for name in operations if name not in _WARPS}
    changes |= {"move": move} if len(changes) < len(operations) else {}
    names = list(changes)
    return list(changes.values()), [
        names.index("move" if name in _WARPS else name) for name in operations
    ]


def _change_tone(name, images, strengths, signs, ranges):
    if name == "identity":
        return images
    if name == "solarize":
        return tone.solarize(images, 256.0 * (1.0 - strengths))
    if name == "posterize":
        most, least = ranges.bits
        return tone.posterize(images, most - tf.round((most - least) * strengths))
    if name in ("contrast", "sharpness"):
        return getattr(tone, name)(images, _factors(strengths * signs, ranges))
    if name in _ENHANCE:
        changed = _ENHANCE[name](tf.cast(images, tf.float32), _factors(strengths * signs, ranges))
        return tone.rounded(changed)
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
