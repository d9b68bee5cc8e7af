"""Networks, as functions that return a plain `keras.Model` of built-in layers."""

from keras_recipes.models.cifar_resnet import cifar_resnet

__all__ = ["cifar_resnet"]
