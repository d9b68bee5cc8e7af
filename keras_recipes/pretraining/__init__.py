"""Features learnt from images without labels, by a network's own body, with stock `model.fit`.

Each method is a function of a network to another that shares its body, with a plain loss, and a
function for `tf.data` that makes its batches.
"""

from keras_recipes.pretraining.body import feature_model
from keras_recipes.pretraining.denoising_autoencoder import denoising_autoencoder, spoilt_and_whole
from keras_recipes.pretraining.linear_probe import LinearProbe, linear_accuracy
from keras_recipes.pretraining.nt_xent import NTXent, nearest_view, nt_xent
from keras_recipes.pretraining.pretexts import Pretext
from keras_recipes.pretraining.rotations import four_turns, rotations
from keras_recipes.pretraining.simclr import simclr, two_views

__all__ = [
    "LinearProbe",
    "NTXent",
    "Pretext",
    "denoising_autoencoder",
    "feature_model",
    "four_turns",
    "linear_accuracy",
    "nearest_view",
    "nt_xent",
    "rotations",
    "simclr",
    "spoilt_and_whole",
    "two_views",
]
