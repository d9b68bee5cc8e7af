"""A head trained on the features of a network whose rest stands still, computed once and kept."""

from dataclasses import replace

import keras
import numpy as np

from keras_recipes.data import Dataset, Examples, evaluation_batches
from keras_recipes.data.store import MEMORY_SHARE, free_memory
from keras_recipes.errors import RecipeError
from keras_recipes.models.split_head import split_head
from keras_recipes.training.build import compile_for_logits
from keras_recipes.training.evaluate import EVALUATION_BATCH
from keras_recipes.training.precision import Speed


class HeadTraining:
    """A compiled model's head, to be fitted in its place, and the data for that.

    Both share layers, optimizer and loss, so that the whole is trained with it.

    Args:
        model: compiled, and of its layers only the head's trainable.
        dataset: images.
        speed: as the model's.
        after_batch: called after each batch of which the features are computed.

    Attributes:
        model: from features to logits, compiled.
        dataset: features float32, in the order of the images.

    Raises:
        RecipeError: if the head can't be split off, or its features do not fit in memory.
    """

    def __init__(self, model, dataset: Dataset, speed: Speed, after_batch):
        self._whole = model
        body, self.model = split_head(model)
        self._require_room(body, dataset)
        train, validation = (
            _features(body, each, dataset.num_classes, after_batch)
            for each in (dataset.train, dataset.validation)
        )
        self.dataset = replace(dataset, train=train, validation=validation)
        compile_for_logits(self.model, model.optimizer, model.loss, speed)

    def stops_with_the_whole(self) -> keras.callbacks.Callback:
        """A callback, to be last, for a `fit` of the head whose callbacks see the whole model."""
        self._whole.stop_training = False
        self.model.history = None  # which `fit` returns; that of the whole model is told
        return _StopWith(self.model)

    @staticmethod
    def _require_room(body, dataset):
        examples = len(dataset.train) + len(dataset.validation)
        needed = 4 * examples * int(np.prod(body.output_shape[1:]))
        room = MEMORY_SHARE * free_memory()
        if needed > room:
            raise RecipeError(
                "keep_features",
                f"would take {needed / 2**30:.1f} GiB of memory for {examples} images, of each "
                f"{body.output_shape[1:]} numbers; {room / 2**30:.1f} GiB may be taken",
                'Pool them (pooling="average"), or set keep_features=False.',
            )


class _StopWith(keras.callbacks.Callback):
    """What stops the model that callbacks see, stops the one that is fitted."""

    def __init__(self, fitted):
        super().__init__()
        self._fitted = fitted

    def on_train_batch_end(self, batch, logs=None):
        self._fitted.stop_training = self.model.stop_training

    def on_epoch_end(self, epoch, logs=None):
        self._fitted.stop_training = self.model.stop_training


def _features(body, examples, num_classes, after_batch):
    """What the body makes of each example, as examples of their own."""
    features = np.empty((len(examples), *body.output_shape[1:]), np.float32)
    done = 0
    for images, _ in evaluation_batches(examples, num_classes, EVALUATION_BATCH):
        computed = np.asarray(body.predict_on_batch(images), np.float32)
        features[done : done + len(computed)] = computed
        done += len(computed)
        after_batch()
    return Examples.whole(features, examples.class_labels())
