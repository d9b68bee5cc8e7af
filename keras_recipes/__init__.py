"""Training recipes for Keras: `from keras_recipes import Recipe, TFDS, CifarResNet, ...`.

This module holds the vocabulary alone and loads neither Keras nor TensorFlow. The Keras objects
are in `keras_recipes.callbacks`, `.losses`, `.metrics`, `.schedules`, `.models` and `.augment`.
"""

from keras_recipes.errors import RecipeError
from keras_recipes.recipe import (
    MLP,
    SGD,
    TFDS,
    Arrays,
    BinaryCrossEntropy,
    Call,
    CifarResNet,
    Constant,
    ConvNet,
    Cosine,
    CosineRestarts,
    CrossEntropy,
    Cutout,
    Digits,
    Exponential,
    Flip,
    FocalLoss,
    Folder,
    Linear,
    MixUp,
    MultiStep,
    OneCycle,
    PaddedCrop,
    Phase,
    Polynomial,
    Recipe,
    Step,
    Stopping,
    WideResNet,
)

__version__ = "0.1.0"

__all__ = [
    "MLP",
    "SGD",
    "TFDS",
    "Arrays",
    "BinaryCrossEntropy",
    "Call",
    "CifarResNet",
    "Constant",
    "ConvNet",
    "Cosine",
    "CosineRestarts",
    "CrossEntropy",
    "Cutout",
    "Digits",
    "Exponential",
    "Flip",
    "FocalLoss",
    "Folder",
    "Linear",
    "MixUp",
    "MultiStep",
    "OneCycle",
    "PaddedCrop",
    "Phase",
    "Polynomial",
    "Recipe",
    "RecipeError",
    "Step",
    "Stopping",
    "WideResNet",
]
