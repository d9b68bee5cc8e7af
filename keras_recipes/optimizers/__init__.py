"""Keras optimizers, set up as the papers mean them."""

from keras_recipes.optimizers.decay import decay_weights_alone
from keras_recipes.optimizers.scaling import scale_linearly
from keras_recipes.optimizers.sgd import sgd

__all__ = ["decay_weights_alone", "scale_linearly", "sgd"]
