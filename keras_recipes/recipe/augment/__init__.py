"""What is done to each batch of training images: the values behind `augment=`.

Each builds a layer from a dict of images, float32 in 0..255, and one-hot labels to the same.
Validation and test images are never augmented.
"""

from keras_recipes.recipe.augment.color import Brightness, ColorJitter, Contrast, Grayscale
from keras_recipes.recipe.augment.erasing import Cutout, GridMask, RandomErasing
from keras_recipes.recipe.augment.geometry import (
    CropAndResize,
    Flip,
    PaddedCrop,
    Rotation,
    Shear,
    Translation,
    Zoom,
)
from keras_recipes.recipe.augment.mixing import CutMix, MixUp
from keras_recipes.recipe.augment.noise import GaussianBlur, GaussianNoise
from keras_recipes.recipe.augment.policy import AugMix, OneOf, RandAugment, Sometimes
from keras_recipes.recipe.call import Call

Augmentation = (
    AugMix
    | Brightness
    | ColorJitter
    | Contrast
    | CropAndResize
    | CutMix
    | Cutout
    | Flip
    | GaussianBlur
    | GaussianNoise
    | Grayscale
    | GridMask
    | MixUp
    | OneOf
    | PaddedCrop
    | RandAugment
    | RandomErasing
    | Rotation
    | Shear
    | Sometimes
    | Translation
    | Zoom
    | Call
)

__all__ = [
    "AugMix",
    "Augmentation",
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
    "MixUp",
    "OneOf",
    "PaddedCrop",
    "RandAugment",
    "RandomErasing",
    "Rotation",
    "Shear",
    "Sometimes",
    "Translation",
    "Zoom",
]
