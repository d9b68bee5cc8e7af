"""Callbacks of use in any `model.fit`, whatever the backend."""

from keras_recipes.callbacks.averaged_weights import AveragedWeights
from keras_recipes.callbacks.best_checkpoint import BestCheckpoint
from keras_recipes.callbacks.constant_rate import ConstantRate
from keras_recipes.callbacks.cosine_decay import CosineDecay
from keras_recipes.callbacks.cosine_decay_restarts import CosineDecayRestarts
from keras_recipes.callbacks.exponential_decay import ExponentialDecay
from keras_recipes.callbacks.learning_rate_table import LearningRateTable
from keras_recipes.callbacks.linear_decay import LinearDecay
from keras_recipes.callbacks.multi_step_decay import MultiStepDecay
from keras_recipes.callbacks.one_cycle_policy import OneCyclePolicy
from keras_recipes.callbacks.plateau_lr import PlateauLR
from keras_recipes.callbacks.polynomial_decay import PolynomialDecay
from keras_recipes.callbacks.step_decay import StepDecay

__all__ = [
    "AveragedWeights",
    "BestCheckpoint",
    "ConstantRate",
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "LearningRateTable",
    "LinearDecay",
    "MultiStepDecay",
    "OneCyclePolicy",
    "PlateauLR",
    "PolynomialDecay",
    "StepDecay",
]
