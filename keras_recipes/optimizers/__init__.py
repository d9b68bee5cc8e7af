"""Keras optimizers, set up as the papers mean them."""

from keras_recipes.optimizers.adam import adam, adamw
from keras_recipes.optimizers.decay import decay_weights_alone
from keras_recipes.optimizers.layer_decay import layer_multipliers
from keras_recipes.optimizers.layer_rates import scale_learning_rates
from keras_recipes.optimizers.lion import lion
from keras_recipes.optimizers.make_optimizer import make_optimizer
from keras_recipes.optimizers.moving_average import MovingAverage, average_weights, find_average
from keras_recipes.optimizers.muon import Muon, muon
from keras_recipes.optimizers.orthogonalize import orthogonalize
from keras_recipes.optimizers.sgd import sgd
from keras_recipes.schedules import scale_linearly

__all__ = [
    "MovingAverage",
    "Muon",
    "adam",
    "adamw",
    "average_weights",
    "decay_weights_alone",
    "find_average",
    "layer_multipliers",
    "lion",
    "make_optimizer",
    "muon",
    "orthogonalize",
    "scale_learning_rates",
    "scale_linearly",
    "sgd",
]
