"""What to train with, measured on one's own model and data; of use in any `model.fit`."""

from keras_recipes.tuning.find_lr import FoundRate, find_lr
from keras_recipes.tuning.loss_curve import LossCurve, Suggestion
from keras_recipes.tuning.lr_range_test import LRRangeTest
from keras_recipes.tuning.lr_search import LRSearch
from keras_recipes.tuning.rate_choice import RateSearched

__all__ = [
    "FoundRate",
    "LRRangeTest",
    "LRSearch",
    "LossCurve",
    "RateSearched",
    "Suggestion",
    "find_lr",
]
