"""Images with labels: sources, their division, and the keyed stream of batches."""

from keras_recipes.data.build_dataset import build_dataset
from keras_recipes.data.central_resize import central_resize
from keras_recipes.data.class_choice import keep_classes
from keras_recipes.data.dataset import Dataset, Examples, channel_statistics
from keras_recipes.data.division import Division, divide
from keras_recipes.data.keyed_batches import KeyedBatches
from keras_recipes.data.stream import evaluation_batches, steps_per_epoch, training_batches

__all__ = [
    "Dataset",
    "Division",
    "Examples",
    "KeyedBatches",
    "build_dataset",
    "central_resize",
    "channel_statistics",
    "divide",
    "evaluation_batches",
    "keep_classes",
    "steps_per_epoch",
    "training_batches",
]
