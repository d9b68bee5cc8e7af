"""Attempt after attempt, until it is known which batch sizes fit and how an update is made up."""

from dataclasses import dataclass

from keras_recipes.errors import RecipeError
from keras_recipes.tuning.batch_division import divide_batch
from keras_recipes.tuning.batch_size_search import largest_that_fits, next_batch_size


@dataclass(frozen=True)
class Update:
    """How the images that an update is wanted to have are made up."""

    images: int
    batch_size: int
    batches: int
    """1 where they fit as one batch."""
    reason: str = ""
    """Why they can't be made up so; "" if they can."""


def search_batch_sizes(attempts, found: dict, *, start: int, most: int, tell) -> int | None:
    """The largest size that fits, twice and the second time for longer; None if none does.

    Where several devices share a batch, each has a whole number of images: sizes are multiples of
    the number of devices.

    Args:
        attempts: a `BatchAttempts` that was entered.
        found: takes the last `Attempt` of each size, as it is made.
        start: the first size, at least 1; at most `most` is tried, and no more than there are
            images.
        most: the largest size that may be tried, at least 1.
        tell: called after each attempt with it and with what was special about it, "" if nothing.

    Raises:
        RecipeError: if there are fewer images than devices.
        AttemptFailed: by an attempt.
    """
    share, most = attempts.devices, min(most, attempts.images)
    if most < share:
        raise RecipeError(
            "--most", f"leaves {most} images for {share} devices, which share each batch",
            "Give more, or name fewer GPUs in CUDA_VISIBLE_DEVICES.",
        )  # fmt: skip
    sure = set()
    while True:
        fits = {size // share: done.fits for size, done in found.items()}
        units = next_batch_size(fits, start=max(1, start // share), most=most // share)
        if units is not None:
            _attempt(attempts, found, units * share, tell)
            continue
        largest = largest_that_fits(fits)
        if largest is None or largest in sure:
            return largest and largest * share
        sure.add(largest)
        _attempt(attempts, found, largest * share, tell, long=True)


def make_up_update(attempts, found: dict, wanted: int, *, tell) -> Update:
    """`wanted` images an update: as one batch if they fit, else as several.

    These are tried with the gradients added up, which takes memory of its own, and become half as
    large until they fit so.

    Args:
        attempts: as in `search_batch_sizes`, which was carried out.
        found: what it found; takes `wanted` if that is tried as one batch.
        wanted: images, at least 1.
        tell: as there.

    Raises:
        RecipeError: if they are more than there are, or the devices can't share them.
        AttemptFailed: by an attempt.
    """
    require_wanted(attempts, wanted)
    largest = largest_that_fits({size: done.fits for size, done in found.items()})
    failed = any(not done.fits and size <= wanted for size, done in found.items())
    if wanted > largest and not failed:
        _attempt(attempts, found, wanted, tell, long=True)
        largest = wanted if found[wanted].fits else largest
    if wanted <= largest:
        return Update(wanted, wanted, 1)
    while True:
        size, batches = divide_batch(wanted, largest)
        done = attempts.run(size, accumulated=True)
        tell(done, "with gradients accumulated")
        if done.fits or done.refused or size == 1:
            return Update(wanted, size, batches, done.reason)
        largest = size // 2


def require_wanted(attempts, wanted: int):
    """Raise `RecipeError` if `wanted` images are more than there are, or can't be shared."""
    if wanted > attempts.images:
        raise RecipeError(
            "--wanted", f"is {wanted}, but there are {attempts.images} training images",
            "Want fewer.",
        )  # fmt: skip
    if wanted % attempts.devices:
        raise RecipeError(
            "--wanted", f"is {wanted}, which {attempts.devices} devices can't share evenly",
            f"Want {max(1, wanted // attempts.devices) * attempts.devices}.",
        )  # fmt: skip


def _attempt(attempts, found, size, tell, long=False):
    done = found[size] = attempts.run(size, long=long)
    tell(done, "again, for longer" if long else "")
