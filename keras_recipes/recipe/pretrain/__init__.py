"""What a network's body learns from images before it is shown labels: values behind `pretrain=`.

Each builds a `keras_recipes.pretraining.Pretext` of a network.
"""

from keras_recipes.recipe.pretrain.denoising_autoencoder import DenoisingAutoencoder
from keras_recipes.recipe.pretrain.rotations import Rotations
from keras_recipes.recipe.pretrain.simclr import SimCLR

Pretraining = SimCLR | DenoisingAutoencoder | Rotations

__all__ = ["DenoisingAutoencoder", "Pretraining", "Rotations", "SimCLR"]
