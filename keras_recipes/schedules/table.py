"""Tables of learning rates: a float32 for each step."""

import functools

from keras_recipes.errors import RecipeError


def tabulated(rates):
    """Decorate a function that lists the rates of a run, so that it returns them as a table.

    The decorated function returns a float32 NumPy array, each rate rounded once; its attribute
    `rates` is the function as it was, whose list of Python floats takes no NumPy to draw.

    Args:
        rates: function that returns a list of floats, one a step.
    """

    @functools.wraps(rates)
    def table(*args, **kwargs):
        import numpy as np

        return np.array(rates(*args, **kwargs), dtype=np.float32)

    table.rates = rates
    return table


def as_table(table, where="table"):
    """A float32 copy of a table of learning rates.

    Args:
        table: rates, one a step: a sequence or array of shape `(steps,)`, finite, not negative.
        where: what the error names.

    Raises:
        RecipeError: if it is no such table.
    """
    import numpy as np

    try:
        with np.errstate(over="ignore"):  # infinite, and reported as such below
            rates = np.array(table, dtype=np.float32)
    except (TypeError, ValueError):
        rates = np.array(np.nan)
    if rates.ndim != 1 or not rates.size or not np.all(np.isfinite(rates) & (rates >= 0)):
        raise RecipeError(
            where,
            "must be a non-empty list of finite rates, none negative, one for each step; "
            f"got {np.array2string(rates, threshold=8, edgeitems=3)}",
            "Make one with cosine_decay(0.1, steps=1000), for example.",
        )
    return rates
