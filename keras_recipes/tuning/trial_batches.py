"""A few batches of some data, kept to be trained on several times over."""

import itertools
import math

import keras
import numpy as np
import tensorflow as tf

from keras_recipes.errors import RecipeError


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
            raise _empty("the tf.data.Dataset is empty")
    else:
        batches = [_as_fit_has_it(each) for each in _drawn(data, count, batch_size, seed)]
        # As Keras has it: of one size, or unknown where the last batch of an epoch is smaller.
        even = isinstance(data, tuple) and _count(data) % batch_size == 0
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


def require_data(place, data):
    """Raise `RecipeError` unless `data` is of a kind that can be read again and again."""
    if isinstance(data, tf.data.Dataset | keras.utils.PyDataset):
        return
    if not isinstance(data, tuple) or not 2 <= len(data) <= 3:
        raise RecipeError(
            place,
            "must be a tuple of arrays, a tf.data.Dataset or a PyDataset; got "
            f"{type(data).__name__}",
            "Use (x, y) or (x, y, sample_weight).",
        )
    leaves = keras.tree.flatten(data)
    for each in leaves:
        if not (hasattr(each, "__array__") and len(getattr(each, "shape", ()))):
            raise RecipeError(
                place, f"must hold arrays; got {type(each).__name__}",
                "Make it an array, with numpy.asarray for example.",
            )  # fmt: skip
    lengths = {int(each.shape[0]) for each in leaves}
    if len(lengths) != 1 or lengths == {0}:
        raise RecipeError(
            place, f"must be of one length, at least 1; got {sorted(lengths)}",
            "Give as many labels as inputs.",
        )  # fmt: skip


def _drawn(data, count, batch_size, seed):
    """`count` batches, in an order of their own, each once before any comes again."""
    random = np.random.default_rng(seed)
    if isinstance(data, keras.utils.PyDataset):
        number, batch = data.num_batches, data.__getitem__
        if not number:
            raise _empty("the PyDataset tells no number of batches")
    else:
        # Tensors take no rows by number, and a pandas Series has labels; a memory map stays one.
        data = keras.tree.map_structure(np.asarray, data)
        examples = random.permutation(_count(data))
        size = min(batch_size, len(examples))
        number = len(examples) // size  # whole batches alone, as most of training's are

        def batch(n):
            chosen = np.sort(examples[n * size : (n + 1) * size])  # as a memory map is best read
            return keras.tree.map_structure(lambda each: np.asarray(each[chosen]), data)

    passes = (random.permutation(number) for _ in range(math.ceil(count / number)))
    return [batch(int(n)) for n in itertools.islice(itertools.chain(*passes), count)]


def _as_fit_has_it(batch):
    """A batch without the sample weights that it doesn't have, floats in Keras's own precision."""

    def convert(array):
        array = np.asarray(array)
        return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array

    batch = tuple(each for each in batch if each is not None)
    return keras.tree.lists_to_tuples(keras.tree.map_structure(convert, batch))


def _count(data):
    return int(keras.tree.flatten(data)[0].shape[0])


def _empty(problem):
    return RecipeError("train", f"must hold a batch; {problem}", "Give it data to train on.")
