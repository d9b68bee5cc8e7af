"""Batches of one size, drawn from whatever a model trains on."""

import itertools

import keras
import numpy as np

from keras_recipes.bounds import require_whole
from keras_recipes.errors import RecipeError

_DEFAULT = 32


def small_batches(place, data, size):
    """A function that draws batches of one size from `data`.

    Args:
        place: whose arguments `data` and `small_batch` are, as an error names it.
        data: `(x, y)` or `(x, y, sample_weight)` of arrays, or of dicts and lists of arrays; a
            `keras.utils.PyDataset`; or an iterable of batches that can be begun again.
        size: examples of a batch, at least 1; 32 by default. None for data that has batches.

    Returns:
        function of `(random, count)`, a NumPy generator and a number of batches, which yields
        `((x, y, sample_weight), size)` as many times. Arrays and the batches of a `PyDataset` are
        drawn with replacement, so that what is drawn is independent and depends on `random` alone;
        an iterable goes on where it was.

    Raises:
        RecipeError: if `data` is none of these, its arrays differ in length, or holds no two
            batches of one size; the last as it is drawn from.
    """
    if isinstance(data, keras.utils.PyDataset):
        _refuse_size(place, size)
        return _FromPyDataset(place, data)
    if isinstance(data, tuple) and 2 <= len(data) <= 3 and not _is_batch(data[0]):
        return _from_arrays(place, data, _DEFAULT if size is None else size)
    if not hasattr(data, "__iter__") or hasattr(data, "dtype"):
        raise RecipeError(
            f"{place}.data",
            "must be a tuple of arrays, a PyDataset or an iterable of batches; got "
            f"{type(data).__name__}",
            "Use (x, y) or (x, y, sample_weight).",
        )
    if hasattr(data, "__next__"):
        raise RecipeError(
            f"{place}.data", "can't be begun again: it is an iterator, which ends once",
            "Give a tf.data.Dataset, a PyDataset, a list of batches or a class with __iter__.",
        )  # fmt: skip
    _refuse_size(place, size)
    return _FromIterable(place, data)


def _refuse_size(place, size):
    if size is not None:
        raise RecipeError(
            f"{place}.small_batch",
            f"is that of the data, which comes in batches; got {size!r}",
            "Leave it out, and make the data's batches as large as the small ones are to be.",
        )


def _is_batch(item):
    return isinstance(item, tuple)


def _from_arrays(place, data, size):
    leaves = keras.tree.flatten(data)
    arrays = all(hasattr(each, "__array__") and len(getattr(each, "shape", ())) for each in leaves)
    lengths = {int(each.shape[0]) for each in leaves} if arrays else {None}
    if len(lengths) != 1 or None in lengths:
        raise RecipeError(
            f"{place}.data", f"must be arrays of one length; got {sorted(map(str, lengths))}",
            "Give as many labels as inputs.",
        )  # fmt: skip
    # Tensors take no rows by number, and a pandas Series has labels; a memory map stays one.
    data = keras.tree.map_structure(np.asarray, data)
    (count,) = lengths
    require_whole(f"{place}.small_batch", size, at_least=1)
    if size > count:
        raise RecipeError(
            f"{place}.small_batch", f"must be at most the {count} examples; got {size}",
            "Use 32.",
        )  # fmt: skip

    def draw(random, batches):
        for _ in range(batches):
            rows = np.sort(random.integers(count, size=size))  # as a memory map is best read
            yield _batch(_take(data, rows)), size

    return draw


def _take(data, rows):
    return keras.tree.map_structure(lambda each: each[rows], data)


class _FromPyDataset:
    """Draws among the batches, those that are as large as the first."""

    _TRIES = 100
    """To draw one of that size, before there seems to be none."""

    def __init__(self, place, data):
        if (data.num_batches or 0) < 2:
            raise RecipeError(
                f"{place}.data",
                f"must have a number of batches, at least 2; got {data.num_batches}",
                "Give a PyDataset with __len__, of smaller batches.",
            )
        self._place, self._data, self._size = place, data, None

    def __call__(self, random, batches):
        self._size = self._size or _size(self._place, self._data[0])
        for _ in range(batches):
            yield _batch(self._draw(random)), self._size

    def _draw(self, random):
        for _ in range(self._TRIES):
            batch = self._data[int(random.integers(self._data.num_batches))]
            if _size(self._place, batch) == self._size:
                return batch
        raise _differ(self._place, self._size)


class _FromIterable:
    """Goes through an iterable, over and over, as it is asked for batches."""

    def __init__(self, place, data):
        self._place, self._data = place, data
        self._size, self._iterator = None, None

    def __call__(self, random, batches):
        if self._iterator is None:
            self._iterator = self._whole_batches()
        return itertools.islice(self._iterator, batches)

    def _whole_batches(self):
        while True:
            found = 0
            for batch in self._data:
                self._size = self._size or _size(self._place, batch)
                if _size(self._place, batch) == self._size:
                    found += 1
                    yield _batch(batch), self._size
            if found < 2:
                raise _differ(self._place, self._size)


def _differ(place, size):
    return RecipeError(
        f"{place}.data", f"must hold at least 2 batches of one size, that of the first; got {size}",
        "Give more data, or smaller batches.",
    )  # fmt: skip


def _size(place, batch):
    if not isinstance(batch, tuple | list) or not 2 <= len(batch) <= 3:
        raise RecipeError(
            f"{place}.data",
            f"must hold batches (x, y) or (x, y, sample_weight); got {type(batch).__name__}",
            "Yield tuples.",
        )
    return int(keras.tree.flatten(batch[0])[0].shape[0])


def _batch(batch):
    """(x, y, sample_weight or None), floating point as Keras takes it."""
    x, y, *weight = keras.tree.map_structure(_as_keras, tuple(batch))
    return x, y, weight[0] if weight else None


def _as_keras(array):
    if isinstance(array, np.ndarray) and array.dtype == np.float64:
        array = array.astype(keras.config.floatx())
    return keras.ops.convert_to_tensor(array)
