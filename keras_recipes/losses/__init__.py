"""Training losses for classification, in float32 whatever the model's precision."""

from keras_recipes.losses.cross_entropy import SmoothedCrossEntropy
from keras_recipes.losses.smoothing import smooth_labels

__all__ = ["SmoothedCrossEntropy", "smooth_labels"]
