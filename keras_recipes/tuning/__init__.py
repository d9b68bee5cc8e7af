"""What to train with, measured on one's own model and data; of use in any `model.fit`."""

from keras_recipes.tuning.find_lr import FoundRate, find_lr
from keras_recipes.tuning.gradient_noise_scale import GradientNoiseScale
from keras_recipes.tuning.loss_curve import LossCurve, Suggestion
from keras_recipes.tuning.lr_range_test import LRRangeTest
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

__all__ = [
    "FoundRate",
    "GradientNoiseScale",
    "LRRangeTest",
    "LossCurve",
    "Measurement",
    "NoiseScale",
    "NoiseScaleOverTraining",
    "Suggestion",
    "estimate_noise_scale",
    "find_lr",
    "noise_scale_over_training",
    "relative_examples",
    "relative_steps",
    "unbiased_estimates",
]
