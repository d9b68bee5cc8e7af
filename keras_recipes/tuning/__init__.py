"""What to train with, measured on one's own model and data; of use in any `model.fit`."""

from keras_recipes.tuning.batch_division import divide_batch
from keras_recipes.tuning.batch_size_search import largest_that_fits, next_batch_size
from keras_recipes.tuning.find_lr import FoundRate, find_lr
from keras_recipes.tuning.loss_curve import LossCurve, Suggestion
from keras_recipes.tuning.lr_range_test import LRRangeTest
from keras_recipes.tuning.throughput_knee import find_knee

__all__ = [
    "FoundRate",
    "LRRangeTest",
    "LossCurve",
    "Suggestion",
    "divide_batch",
    "find_knee",
    "find_lr",
    "largest_that_fits",
    "next_batch_size",
]
