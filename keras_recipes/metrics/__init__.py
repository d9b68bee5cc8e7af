"""Metrics that compare runs: unsmoothed, in float32, for integer and one-hot labels alike."""

from keras_recipes.metrics.accuracy import Accuracy
from keras_recipes.metrics.negative_log_likelihood import NegativeLogLikelihood

__all__ = ["Accuracy", "NegativeLogLikelihood"]
