"""A stretch of training with settings of its own: the values behind `phases=`."""

import re

from keras_recipes.errors import RecipeError
from keras_recipes.recipe.augment import Augmentation
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.loss import Loss
from keras_recipes.recipe.optimizer import Optimizer
from keras_recipes.recipe.part import bounded, part
from keras_recipes.recipe.schedule import Schedule
from keras_recipes.recipe.stopping import Stopping


@part
class Phase:
    """What a phase sets holds in it; what is None is the recipe's own.

    A phase starts with a fresh optimizer, schedule and patience, on the best weights
    so far.
    """

    name: str = "train"
    """What the log calls it."""
    epochs: int | None = bounded(None, at_least=1)
    """Its length."""
    trainable: int | str | None = bounded(None, at_least=1)
    """Layers that train: `"head"`, those behind the body; the last so many stages, and the head; a
    regular expression searched for in layers' names, and the head; or `"all"`, which None means
    where another phase states it. The others keep their weights, and batch normalisation among
    them its statistics. `keras_recipes.models.set_trainable` tells what is a head, and a stage."""
    keep_features: bool = False
    """Whether what the frozen layers make of each image is computed once and kept in memory, so
    that the head alone takes time. For `trainable="head"` and `augment=()`. Dropout among the
    frozen layers rests, as it otherwise does not."""
    image_size: tuple[int, int] | None = bounded(None, at_least=1)
    """(height, width) of the images that it trains and validates on; None for the data's own, which
    the last phase has. So small images, which take less time, can come first (Tan & Le 2021,
    arXiv:2104.00298, section 4). The network is built anew for another size, with the weights so
    far; what was best on images of another size is not held against the phase's own epochs."""
    augment: tuple[Augmentation, ...] | None = None
    """`()` for none at all."""
    mixup_off_epochs: int | None = bounded(None, at_least=0)
    """Epochs at its end without MixUp and CutMix."""
    loss: Loss | None = None
    optimizer: Optimizer | None = None
    schedule: Schedule | None = None
    stopping: Stopping | None = None
    callbacks: tuple[Call, ...] | None = None
    """`()` for none of one's own."""

    def check(self):
        if isinstance(self.trainable, str) and self.trainable not in ("head", "all"):
            try:
                re.compile(self.trainable)
            except (re.error, RecursionError, OverflowError) as error:
                raise RecipeError(
                    "phase.Phase.trainable",
                    f"is {self.trainable!r}, no regular expression: {error}",
                    'Write "head", "all", a number of stages, or, say, r"conv_pw_1[0-3]".',
                ) from None


def gradual_unfreezing(stages: int, *, epochs: int = 1, last_epochs: int, **choices) -> tuple:
    """Phases that train the head, then a stage more at a time from the end, then everything.

    Source: Howard & Ruder 2018, arXiv:1801.06146, section 3.3, who take one epoch for each.

    Args:
        stages: how many are freed one by one before everything is; fewer than the network has.
        epochs: of each phase but the last.
        last_epochs: of the last, in which everything trains.
        **choices: fields of `Phase` that all of them share, such as `optimizer`.

    Returns:
        Phases named `head`, `last-1`, `last-2` and so on, and `all`.

    Raises:
        RecipeError: if `stages` is below 1, or a choice is no field of `Phase`.

    Example:
        ```python
        recipe = Recipe(..., phases=gradual_unfreezing(3, epochs=1, last_epochs=10))
        ```
    """
    if type(stages) is not int or stages < 1:
        raise RecipeError(
            "gradual_unfreezing: stages", f"must be a whole number, at least 1; got {stages!r}",
            "Use 3, or write a phase for the head and one for all.",
        )  # fmt: skip
    steps = [("head", "head"), *((f"last-{n}", n) for n in range(1, stages + 1))]
    return (
        *(Phase(name=name, trainable=layers, epochs=epochs, **choices) for name, layers in steps),
        Phase(name="all", trainable="all", epochs=last_epochs, **choices),
    )
