"""Back to the end of the epoch before, with a lower rate, where the loss is no number any more."""

from keras_recipes.errors import RecipeError
from keras_recipes.training.checkpoint import Checkpoint
from keras_recipes.training.finite_loss import LossNotFinite
from keras_recipes.training.progress import Progress

RATE_FACTOR = 0.5
"""What the learning rate is multiplied by."""
MOST_IN_AN_EPOCH = 5
"""Times that one epoch is begun again."""


def rewound(checkpoint: Checkpoint, error: LossNotFinite) -> Progress:
    """How far the run has come once it has gone back.

    Args:
        checkpoint: the last that was made between epochs.
        error: why.

    Raises:
        RecipeError: if the epoch has failed too often.
    """
    progress = Progress(**checkpoint.about)
    before = sum(each["epoch"] == error.epoch + 1 for each in progress.rewinds)
    if before == MOST_IN_AN_EPOCH:
        raise RecipeError(
            error.where,
            f"{error.what}, also with {progress.rate_share:g} of the rate",
            "It is hardly the rate: look at the data and the network, by keras-recipes doctor.",
        )
    progress.rate_share *= RATE_FACTOR
    progress.rewinds = [
        *progress.rewinds,
        {
            "why": str(error),
            "epoch": error.epoch + 1,
            "step": None if error.step is None else error.step + 1,
            "rate_share": progress.rate_share,
        },
    ]
    return progress
