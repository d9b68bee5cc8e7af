"""What to train with, measured on one's own model and data; of use in any `model.fit`."""

from keras_recipes.tuning.batch_division import divide_batch
from keras_recipes.tuning.batch_size_search import largest_that_fits, next_batch_size
from keras_recipes.tuning.find_lr import FoundRate, find_lr
from keras_recipes.tuning.gradient_noise_scale import GradientNoiseScale
from keras_recipes.tuning.loss_curve import LossCurve, Suggestion
from keras_recipes.tuning.lr_range_test import LRRangeTest
from keras_recipes.tuning.lr_search import LRSearch
from keras_recipes.tuning.noise_scale import (
    Measurement,
    NoiseScale,
    NoiseScaleOverTraining,
    estimate_noise_scale,
    noise_scale_over_training,
    relative_examples,
    relative_steps,
    unbiased_estimates,
)
from keras_recipes.tuning.rate_choice import RateSearched
from keras_recipes.tuning.throughput_knee import find_knee

__all__ = [
    "FoundRate",
    "GradientNoiseScale",
    "LRRangeTest",
    "LRSearch",
    "LossCurve",
    "Measurement",
    "NoiseScale",
    "NoiseScaleOverTraining",
    "RateSearched",
    "Suggestion",
    "divide_batch",
    "estimate_noise_scale",
    "find_knee",
    "find_lr",
    "largest_that_fits",
    "next_batch_size",
    "noise_scale_over_training",
    "relative_examples",
    "relative_steps",
    "unbiased_estimates",
]
