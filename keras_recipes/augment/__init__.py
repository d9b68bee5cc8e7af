"""Augmentation: layers that change training images, and the pipeline that makes them reproducible.

The layers work in any `tf.data` input pipeline; `build_pipeline` makes a list of them a function
of (seed, epoch, step). This is the only folder that knows KerasCV.
"""

from keras_recipes.augment.affine import affine_maps, warp_images
from keras_recipes.augment.audit import stateful_operations
from keras_recipes.augment.augmix import AugMix
from keras_recipes.augment.brightness import Brightness
from keras_recipes.augment.color import (
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
)
from keras_recipes.augment.color_jitter import ColorJitter
from keras_recipes.augment.contrast import Contrast
from keras_recipes.augment.crop_and_resize import CropAndResize
from keras_recipes.augment.cutmix import CutMix
from keras_recipes.augment.cutout import Cutout
from keras_recipes.augment.flip import Flip
from keras_recipes.augment.float32_policy import float32_policy
from keras_recipes.augment.gaussian_blur import GaussianBlur
from keras_recipes.augment.gaussian_noise import GaussianNoise
from keras_recipes.augment.grayscale import Grayscale
from keras_recipes.augment.grid_mask import GridMask
from keras_recipes.augment.image_layer import ImageLayer
from keras_recipes.augment.keyed import keyed_randomness
from keras_recipes.augment.keys import batch_key, fold_key
from keras_recipes.augment.mixup import mixup
from keras_recipes.augment.one_of import OneOf
from keras_recipes.augment.padded_crop import PaddedCrop
from keras_recipes.augment.pipeline import AugmentPipeline, build_pipeline
from keras_recipes.augment.rand_augment import RandAugment
from keras_recipes.augment.random_erasing import RandomErasing
from keras_recipes.augment.resting import mixes_labels
from keras_recipes.augment.rotation import Rotation
from keras_recipes.augment.shear import Shear
from keras_recipes.augment.sometimes import Sometimes
from keras_recipes.augment.translation import Translation
from keras_recipes.augment.zoom import Zoom

__all__ = [
    "AugMix",
    "AugmentPipeline",
    "Brightness",
    "ColorJitter",
    "Contrast",
    "CropAndResize",
    "CutMix",
    "Cutout",
    "Flip",
    "GaussianBlur",
    "GaussianNoise",
    "Grayscale",
    "GridMask",
    "ImageLayer",
    "OneOf",
    "PaddedCrop",
    "RandAugment",
    "RandomErasing",
    "Rotation",
    "Shear",
    "Sometimes",
    "Translation",
    "Zoom",
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
    "mixes_labels",
    "mixup",
    "stateful_operations",
    "warp_images",
]
