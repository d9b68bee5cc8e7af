"""What every way of pretraining has: its length, its images, and what it leaves to the recipe."""

from dataclasses import dataclass

from keras_recipes.recipe.augment import Augmentation
from keras_recipes.recipe.data import Data
from keras_recipes.recipe.optimizer import Optimizer
from keras_recipes.recipe.part import bounded
from keras_recipes.recipe.schedule import Schedule


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The classes beside it add what is their own; what is None is the recipe's."""

    epochs: int = bounded(at_least=1)
    """Its length. The recipe's phases follow, each with its own."""
    unlabelled: Data | None = None
    """Where its images come from: the training part of other data, of which no label is read; None
    for the recipe's own training images. It may be the same data whole, of which `data` takes a
    few labels. The validation images of `data` may be among them, so their labels are still unseen,
    but they are not."""
    augment: tuple[Augmentation, ...] | None = None
    """`()` for none at all. Nothing in it may mix images."""
    optimizer: Optimizer | None = None
    schedule: Schedule | None = None
    """One whose rates are known beforehand; `Constant()` for none."""
    batch_size: int | None = bounded(None, at_least=1)
    """Images a step."""
    probe_examples: int = bounded(2000, at_least=0)
    """Labelled training images of `data` that the linear probe is fitted on, at most; 0 for no
    probe. Only what is logged comes of them."""
    probe_every: int = bounded(1, at_least=1)
    """Epochs from one probe to the next."""
