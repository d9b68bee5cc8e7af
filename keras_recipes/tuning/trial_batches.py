"""A few batches of some data, kept to be trained on several times over."""

import keras
import numpy as np
import tensorflow as tf

from keras_recipes.errors import RecipeError
from keras_recipes.tuning.drawn_batches import count_examples, draw_order, whole_batches


def keep_batches(data, count, *, batch_size, seed) -> tf.data.Dataset:
    """`count` batches of `data`, read now and held in memory: the same each time they are iterated.

    Args:
        data: `(x, y)` or `(x, y, sample_weight)` of arrays, or of dicts and lists of arrays, or a
            `keras.utils.PyDataset`, whose batches are drawn at random; or a `tf.data.Dataset` of
            batches, taken from its beginning and begun again if it is shorter.
        count: at least 1.
        batch_size: of arrays.
        seed: of the order, whole numbers.

    Returns:
        `tf.data.Dataset` of the specification that `fit` would give the same data, so that its
        train function is not traced again.

    Raises:
        RecipeError: if `data` holds no batch.
    """
    if isinstance(data, tf.data.Dataset):
        batches, specification = list(data.repeat().take(count)), data.element_spec
        if len(batches) < count:
            raise RecipeError(
                "train", "must hold a batch; the tf.data.Dataset is empty",
                "Give it data to train on.",
            )  # fmt: skip
    else:
        batches = [_as_fit_has_it(each) for each in _drawn(data, count, batch_size, seed)]
        # As Keras has it: of one size, or unknown where the last batch of an epoch is smaller.
        even = isinstance(data, tuple) and count_examples(data) % batch_size == 0
        specification = keras.tree.map_structure(
            lambda a: tf.TensorSpec((batch_size if even else None, *a.shape[1:]), a.dtype),
            batches[0],
        )
    return tf.data.Dataset.from_generator(
        lambda: (keras.tree.map_structure(_copied, each) for each in batches),
        output_signature=specification,
    )


def _copied(array):
    """A dense array of its own: TensorFlow takes what a generator yields as it lies in memory.

    Where several devices share a batch, the train step then scales the images in place.
    """
    return np.array(array) if isinstance(array, np.ndarray | tf.Tensor) else array


def _drawn(data, count, batch_size, seed):
    random = np.random.default_rng(seed)
    size = min(batch_size, count_examples(data)) if isinstance(data, tuple) else None
    number, batch = whole_batches("train", data, size, random)
    return [batch(int(n)) for n in draw_order(number, count, random)]


def _as_fit_has_it(batch):
    """A batch without the sample weights that it doesn't have, floats in Keras's own precision."""

    def convert(array):
        array = np.asarray(array)
        return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array

    batch = tuple(each for each in batch if each is not None)
    return keras.tree.lists_to_tuples(keras.tree.map_structure(convert, batch))
