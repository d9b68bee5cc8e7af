"""Metrics that compare runs: unsmoothed, in float32, for integer and one-hot labels alike."""

from keras_recipes.metrics.accuracy import Accuracy
from keras_recipes.metrics.brier_score import BrierScore
from keras_recipes.metrics.expected_calibration_error import ExpectedCalibrationError
from keras_recipes.metrics.negative_log_likelihood import NegativeLogLikelihood
from keras_recipes.metrics.top_k_accuracy import TopKAccuracy

__all__ = [
    "Accuracy",
    "BrierScore",
    "ExpectedCalibrationError",
    "NegativeLogLikelihood",
    "TopKAccuracy",
]
