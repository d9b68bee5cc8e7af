"""Training losses for classification, in float32 whatever the model's precision."""

from keras_recipes.losses.class_weights import balanced_class_weights
from keras_recipes.losses.classification_loss import classification_loss
from keras_recipes.losses.cross_entropy import SmoothedCrossEntropy
from keras_recipes.losses.per_class_binary_cross_entropy import PerClassBinaryCrossEntropy
from keras_recipes.losses.smoothing import smooth_labels
from keras_recipes.losses.softmax_focal_loss import SoftmaxFocalLoss

__all__ = [
    "PerClassBinaryCrossEntropy",
    "SmoothedCrossEntropy",
    "SoftmaxFocalLoss",
    "balanced_class_weights",
    "classification_loss",
    "smooth_labels",
]
