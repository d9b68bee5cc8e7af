"""How the learning rate goes over a phase: the values behind `schedule=`; None keeps it constant.

Each builds the rates of every step of a phase; they start over with each. `build` takes `peak`,
the highest rate; `steps`, those of the phase; `warmup_steps`, those of `warmup_epochs`; and
`steps_per_epoch`.

Where the rate follows the training these rates are those of a training in which nothing changes
them, and `callback` builds the Keras callback that does.
"""

from keras_recipes.recipe.call import Call
from keras_recipes.recipe.schedule.following import Plateau, RateSearch
from keras_recipes.recipe.schedule.tables import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    Linear,
    MultiStep,
    OneCycle,
    Polynomial,
    Step,
)

__all__ = [
    "Constant",
    "Cosine",
    "CosineRestarts",
    "Exponential",
    "Linear",
    "MultiStep",
    "OneCycle",
    "Plateau",
    "Polynomial",
    "RateSearch",
    "Schedule",
    "Step",
    "follows_training",
]

Schedule = (
    Constant
    | Cosine
    | CosineRestarts
    | Exponential
    | Linear
    | MultiStep
    | OneCycle
    | Plateau
    | Polynomial
    | RateSearch
    | Step
    | Call
)


def follows_training(schedule) -> bool:
    """Whether a schedule gives no rates beforehand, but a callback that sets them as it goes."""
    return isinstance(schedule, Plateau | RateSearch)
