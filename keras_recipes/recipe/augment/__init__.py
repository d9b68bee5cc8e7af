"""What is done to each batch of training images: the values behind `augment=`.

Each builds a layer from a dict of images, float32 in 0..255, and one-hot labels to the same.
Validation and test images are never augmented.
"""

from keras_recipes.recipe.augment.erasing import Cutout
from keras_recipes.recipe.augment.geometry import Flip, PaddedCrop
from keras_recipes.recipe.augment.mixing import MixUp
from keras_recipes.recipe.call import Call

Augmentation = Cutout | Flip | MixUp | PaddedCrop | Call

__all__ = ["Augmentation", "Cutout", "Flip", "MixUp", "PaddedCrop"]
