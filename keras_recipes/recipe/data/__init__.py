"""Where the images come from and how they are divided: the values behind `data=`."""

from keras_recipes.recipe.data.arrays import Arrays
from keras_recipes.recipe.data.digits import Digits
from keras_recipes.recipe.data.folder import Folder
from keras_recipes.recipe.data.tfds import TFDS

Data = TFDS | Digits | Folder | Arrays

__all__ = ["TFDS", "Arrays", "Data", "Digits", "Folder"]
