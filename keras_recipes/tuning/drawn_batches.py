"""Whole batches of arrays or a `PyDataset`, drawn at random, each once before any comes again."""

import math

import keras
import numpy as np
import tensorflow as tf

from keras_recipes.errors import RecipeError


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


def count_examples(data) -> int:
    """Examples of a tuple of arrays, or of dicts and lists of arrays."""
    return int(keras.tree.flatten(data)[0].shape[0])


def whole_batches(place, data, batch_size, random):
    """`(how many whole batches there are, a function that gives the one of a number)`.

    Args:
        place: what `data` is, as an error names it.
        data: a tuple of arrays, or of dicts and lists of arrays; or a `keras.utils.PyDataset`,
            whose batches are as they are.
        batch_size: of arrays, at most their length.
        random: NumPy generator that shuffles the examples of arrays; one left over is in no batch.

    Raises:
        RecipeError: if a `PyDataset` tells no number of batches.
    """
    if isinstance(data, keras.utils.PyDataset):
        if not data.num_batches:
            raise RecipeError(
                place, "must hold a batch; the PyDataset tells no number of batches",
                "Give it a __len__.",
            )  # fmt: skip
        return data.num_batches, data.__getitem__
    # Tensors take no rows by number, and a pandas Series has labels; a memory map stays one.
    data = keras.tree.map_structure(np.asarray, data)
    examples = random.permutation(count_examples(data))

    def batch(number):
        chosen = np.sort(examples[number * batch_size : (number + 1) * batch_size])
        # In the order of the file, as a memory map is best read.
        return keras.tree.map_structure(lambda each: np.asarray(each[chosen]), data)

    return len(examples) // batch_size, batch


def draw_order(number, count, random):
    """`count` of the numbers below `number`, each once before any comes again, in random order."""
    passes = [random.permutation(number) for _ in range(math.ceil(count / number))]
    return np.concatenate(passes)[:count]
