"""Augmentation: layers that change training images, and the pipeline that makes them reproducible.

The layers work in any `tf.data` input pipeline; `build_pipeline` makes a list of them a function
of (seed, epoch, step). This is the only folder that knows KerasCV.
"""

from keras_recipes.augment.affine import affine_maps, warp
from keras_recipes.augment.audit import stateful_operations
from keras_recipes.augment.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)
from keras_recipes.augment.cutout import random_cutout
from keras_recipes.augment.flip import random_flip
from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.augment.keyed import batch_key, fold_key, keyed_randomness
from keras_recipes.augment.mixup import mixup
from keras_recipes.augment.padded_crop import PaddedCrop
from keras_recipes.augment.pipeline import AugmentPipeline, build_pipeline

__all__ = [
    "AugmentPipeline",
    "PaddedCrop",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "affine_maps",
    "batch_key",
    "build_pipeline",
    "float32_policy",
    "fold_key",
    "keyed_randomness",
    "mixup",
    "random_cutout",
    "random_flip",
    "stateful_operations",
    "warp",
]
