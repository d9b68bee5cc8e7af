"""Gradient accumulation, seen by the schedule: a rate for every update, not for every batch."""

from numbers import Integral

from keras_recipes.errors import RecipeError


def count_updates(batches, accumulate):
    """Updates that `batches` batches make when each is of the mean gradient of `accumulate`.

    Keras counts batches through the whole of training, over the ends of epochs too; what is left
    over at the very end makes no update.

    Raises:
        RecipeError: if `accumulate` is no number of batches, or there are too few for one update.
    """
    if not isinstance(accumulate, Integral) or isinstance(accumulate, bool) or accumulate < 1:
        raise RecipeError(
            "accumulate",
            f"must be a whole number of batches, at least 1; got {accumulate!r}",
            "Use 1 to update with every batch.",
        )
    if batches < accumulate:
        raise RecipeError(
            "accumulate",
            f"must be at most {batches}, the number of batches; got {accumulate}",
            "Accumulate fewer batches, or train for longer: no update would be made.",
        )
    return batches // accumulate


def rates_per_batch(rates, accumulate, batches):
    """Repeat the rate of each update for the batches that it is made of.

    With `gradient_accumulation_steps` Keras asks a schedule for the rate of the *batch* at which
    it updates, so that a schedule over updates would run `accumulate` times too fast.

    Args:
        rates: rate of each update, `batches // accumulate` of them.
        accumulate: batches an update, at least 1.
        batches: batches of the whole training.

    Returns:
        list of `batches` rates; batches at the end that make no update get the last rate.

    Raises:
        RecipeError: if the numbers don't belong together.

    Example:

    >>> rates_per_batch([0.2, 0.1], accumulate=2, batches=5)
    [0.2, 0.2, 0.1, 0.1, 0.1]
    """
    updates = count_updates(batches, accumulate)
    if len(rates) != updates:
        raise RecipeError(
            "rates",
            f"must be {updates}, one for each update of {accumulate} out of {batches} batches; "
            f"got {len(rates)}",
            "Make the schedule with steps=batches // accumulate.",
        )
    return [rates[min(batch // accumulate, updates - 1)] for batch in range(batches)]
