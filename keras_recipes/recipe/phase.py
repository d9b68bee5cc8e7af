"""A stretch of training with settings of its own: the values behind `phases=`."""

from keras_recipes.recipe.augment import Cutout, Flip, MixUp, PaddedCrop
from keras_recipes.recipe.call import Call
from keras_recipes.recipe.loss import CrossEntropy
from keras_recipes.recipe.optimizer import SGD
from keras_recipes.recipe.part import bounded, part
from keras_recipes.recipe.schedule import Cosine, Linear, Step
from keras_recipes.recipe.stopping import Stopping

Augmentation = PaddedCrop | Flip | Cutout | MixUp | Call
Loss = CrossEntropy | Call
Optimizer = SGD | Call
Schedule = Cosine | Linear | Step | Call


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
    augment: tuple[Augmentation, ...] | None = None
    """`()` for none at all."""
    loss: Loss | None = None
    optimizer: Optimizer | None = None
    schedule: Schedule | None = None
    stopping: Stopping | None = None
