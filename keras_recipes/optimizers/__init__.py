"""Keras optimizers, set up as the papers mean them."""

from keras_recipes.optimizers.decay import decay_weights_alone
from keras_recipes.optimizers.sgd import sgd
from keras_recipes.schedules import scale_linearly

__all__ = ["decay_weights_alone", "scale_linearly", "sgd"]
