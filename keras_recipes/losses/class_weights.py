"""How much the examples of each class count."""

import math
from numbers import Real

import numpy as np

from keras_recipes.errors import RecipeError


def balanced_class_weights(class_counts, where="class_weights"):
    """Weights that make every class count the same over the training set.

    `examples / (classes * count)` for each class, as scikit-learn's `"balanced"`: the mean weight
    of an example is 1, so the learning rate need not change.
    Source: King and Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868, section 4.2, with the
    shares in the population taken as equal.

    Args:
        class_counts: number of training examples of each class, shape `(classes,)`.
        where: the field or argument, for the error.

    Returns:
        tuple of floats, one a class.

    Raises:
        RecipeError: if a class has no example.

    Example:

    >>> balanced_class_weights([30, 10])
    (0.6666666666666666, 2.0)
    """
    counts = np.asarray(class_counts)
    if not counts.all():
        empty = np.flatnonzero(counts == 0).tolist()
        raise RecipeError(
            where,
            f"can't balance a class without training examples: {', '.join(map(str, empty[:5]))}",
            "Train on more examples, or give the weights as a tuple.",
        )
    return tuple((counts.sum() / (len(counts) * counts)).tolist())


def resolve_class_weights(class_weights, class_counts, where):
    """The weights as numbers, one a class.

    Args:
        class_weights: None, `"balanced"` or a tuple of numbers.
        class_counts: number of training examples of each class; None where they are unknown.
        where: the field, for the error.

    Returns:
        tuple of floats, or None for equal weights.

    Raises:
        RecipeError: if there is another number of weights than of classes, or the counts that
            `"balanced"` needs are unknown or hold a 0.
    """
    if class_weights == "balanced":
        if class_counts is None:
            raise RecipeError(
                where,
                "is 'balanced', which needs the number of training examples of each class",
                "Give class_counts to build(), or the weights as a tuple.",
            )
        return balanced_class_weights(class_counts, where)
    if class_weights is not None and class_counts is not None:
        check_number_of_weights(class_weights, len(class_counts), where)
    return class_weights


def check_class_weights(class_weights, where):
    """Raise RecipeError at `where` unless these can be weights of classes."""
    # Not a dict, whose keys would pass for the weights.
    items = class_weights if isinstance(class_weights, tuple | list | np.ndarray) else ()
    numbers = [isinstance(each, Real) and not isinstance(each, bool) for each in items]
    if len(numbers) < 2 or not all(numbers):
        problem = f"must be a tuple of numbers, one a class; got {class_weights!r}"
    elif not all(math.isfinite(each) and each >= 0 for each in class_weights):
        problem = f"must be finite and at least 0; got {class_weights!r}"
    elif not any(class_weights):
        problem = f"must not all be 0; got {class_weights!r}"
    else:
        return
    raise RecipeError(where, problem, "Write, for example, (1.0, 2.0, 1.0) for three classes.")


def check_number_of_weights(class_weights, num_classes, where):
    """Raise RecipeError at `where` unless there is a weight for each class."""
    if len(class_weights) != num_classes:
        raise RecipeError(
            where,
            f"has {len(class_weights)} weights for {num_classes} classes",
            f"Give {num_classes} weights, one a class.",
        )
