"""The network: the values behind `model=`.

Each builds a plain `keras.Model` of built-in layers, from raw images to float32 logits, with the
input's normalisation inside.
"""

from keras_recipes.recipe.call import Call
from keras_recipes.recipe.model.cifar_resnet import CifarResNet
from keras_recipes.recipe.model.conv_net import ConvNet
from keras_recipes.recipe.model.mlp import MLP
from keras_recipes.recipe.model.transfer import Transfer
from keras_recipes.recipe.model.wide_resnet import WideResNet

Model = CifarResNet | ConvNet | MLP | Transfer | WideResNet | Call

__all__ = ["MLP", "CifarResNet", "ConvNet", "Model", "Transfer", "WideResNet"]
