"""What can be said: the vocabulary of recipes. It needs the standard library alone."""

from keras_recipes.recipe.augment import (
    Brightness,
    ColorJitter,
    Contrast,
    CropAndResize,
    Cutout,
    Flip,
    GaussianBlur,
    GaussianNoise,
    GridMask,
    MixUp,
    PaddedCrop,
    RandomErasing,
    Rotation,
    Shear,
    Translation,
    Zoom,
)
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.data import TFDS, Arrays, Digits, Folder
from keras_recipes.recipe.loss import BinaryCrossEntropy, CrossEntropy, FocalLoss
from keras_recipes.recipe.model import MLP, CifarResNet, ConvNet, WideResNet
from keras_recipes.recipe.optimizer import SGD
from keras_recipes.recipe.phase import Phase
from keras_recipes.recipe.recipe import Recipe, resolve_phases
from keras_recipes.recipe.schedule import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    Linear,
    MultiStep,
    OneCycle,
    Polynomial,
    Step,
)
from keras_recipes.recipe.stopping import Stopping

__all__ = [
    "MLP",
    "SGD",
    "TFDS",
    "Arrays",
    "BinaryCrossEntropy",
    "Brightness",
    "Call",
    "CifarResNet",
    "ColorJitter",
    "Constant",
    "Contrast",
    "ConvNet",
    "Cosine",
    "CosineRestarts",
    "CropAndResize",
    "CrossEntropy",
    "Cutout",
    "Digits",
    "Exponential",
    "Flip",
    "FocalLoss",
    "Folder",
    "GaussianBlur",
    "GaussianNoise",
    "GridMask",
    "Linear",
    "MixUp",
    "MultiStep",
    "OneCycle",
    "PaddedCrop",
    "Phase",
    "Polynomial",
    "RandomErasing",
    "Recipe",
    "Rotation",
    "Shear",
    "Step",
    "Stopping",
    "Translation",
    "WideResNet",
    "Zoom",
    "resolve_phases",
]
