"""Callbacks of use in any `model.fit`, whatever the backend."""

from keras_recipes.callbacks.best_checkpoint import BestCheckpoint
from keras_recipes.callbacks.cosine_decay import CosineDecay
from keras_recipes.callbacks.learning_rate_table import LearningRateTable
from keras_recipes.callbacks.step_decay import StepDecay

__all__ = ["BestCheckpoint", "CosineDecay", "LearningRateTable", "StepDecay"]
