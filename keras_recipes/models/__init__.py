"""Networks, as functions that return a plain `keras.Model` of built-in layers."""

from keras_recipes.models.cifar_resnet import cifar_resnet
from keras_recipes.models.conv_net import conv_net
from keras_recipes.models.local_response import local_response_normalization
from keras_recipes.models.mlp import mlp
from keras_recipes.models.preprocessing import preprocess_for
from keras_recipes.models.split_head import split_head
from keras_recipes.models.stochastic_depth import stochastic_depth
from keras_recipes.models.trainable import set_trainable
from keras_recipes.models.transfer import transfer
from keras_recipes.models.wide_resnet import wide_resnet

__all__ = [
    "cifar_resnet",
    "conv_net",
    "local_response_normalization",
    "mlp",
    "preprocess_for",
    "set_trainable",
    "split_head",
    "stochastic_depth",
    "transfer",
    "wide_resnet",
]
