"""Some of a data set's classes, in the order that they are asked for."""

from dataclasses import replace

import numpy as np

from keras_recipes.data.dataset import Examples
from keras_recipes.errors import RecipeError, did_you_mean


def keep_classes(examples: Examples, class_names, classes=None) -> tuple[Examples, tuple[str, ...]]:
    """Those examples that are of some classes, with labels that number these alone.

    Args:
        examples: of all classes.
        class_names: their names, by label.
        classes: names to keep; the first becomes label 0, and so on. None keeps all.

    Returns:
        (examples, whose images are shared; the names that are kept).

    Raises:
        RecipeError: if there is no such class.
    """
    names = tuple(class_names)
    if classes is None:
        return examples, names
    unknown = [each for each in classes if each not in names]
    if unknown:
        raise RecipeError(
            "data.classes", f"names {unknown[0]!r}, which the data does not have",
            did_you_mean(unknown[0], names),
        )  # fmt: skip
    numbers = np.full(len(names) + 1, -1, np.int64)  # the last is that of label -1
    numbers[[names.index(each) for each in classes]] = np.arange(len(classes))
    labels = numbers[examples.labels]
    kept = examples.indices[labels[examples.indices] >= 0]
    return replace(examples, labels=labels, indices=kept), tuple(classes)
