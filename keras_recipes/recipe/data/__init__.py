"""Where the images come from and how they are divided: the values behind `data=`."""

from keras_recipes.recipe.data.digits import Digits
from keras_recipes.recipe.data.tfds import TFDS

Data = TFDS | Digits

__all__ = ["TFDS", "Data", "Digits"]
