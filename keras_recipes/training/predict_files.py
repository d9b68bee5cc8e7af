"""What a trained model says of image files, in bounded memory."""

from collections.abc import Iterator

import keras
import numpy as np

from keras_recipes.data import central_resize
from keras_recipes.data.image_files import UNREADABLE, read_batches
from keras_recipes.training.evaluate import EVALUATION_BATCH
from keras_recipes.training.trained_model import TrainedModel


def predict_files(trained: TrainedModel, paths) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Read files as the run reads its validation images, and predict them in batches.

    Yields:
        (positions in `paths` int64 `(n,)`, logits float64 `(n, classes)`), in order; the positions
        of files that can't be read are left out.
    """
    for images, places in read_batches(paths, np.arange(len(paths)), trained.pixels):
        readable = places != UNREADABLE
        if readable.any():
            yield places[readable], predict_images(trained, images[readable])


def predict_images(trained: TrainedModel, images) -> np.ndarray:
    """Logits, float64 `(n, classes)`, of images of `trained.pixels.shape` in 0..255."""
    seen = np.asarray(central_resize(images, trained.image_size))
    return np.asarray(
        trained.model.predict(seen, batch_size=EVALUATION_BATCH, verbose=0), np.float64
    )


def softmax(logits) -> np.ndarray:
    """Probabilities of each row of logits."""
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits, axis=1))
