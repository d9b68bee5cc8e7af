"""The last epochs of a phase don't mix, wherever in the run the phase began."""

import types
from pathlib import Path

import numpy as np
import pytest

from keras_recipes import Call, Digits, Flip, MixUp, Phase, Recipe, Sometimes
from keras_recipes.recipe import resolve_phases
from keras_recipes.training.phase_trainer import PhaseTrainer


@pytest.fixture(scope="module")
def dataset():
    return Digits().build()


def mixed_epochs(recipe, phase, dataset, first_epoch, last_epoch):
    """Of the epochs that a phase trains, those in whose first batch a label is mixed."""
    per_epoch = len(dataset.train) // recipe.batch_size
    trainer = object.__new__(PhaseTrainer)  # what it compiles is of no interest here
    trainer.recipe, trainer.phase = recipe, resolve_phases(recipe)[phase]
    trainer.dataset, trainer.per_epoch = dataset, per_epoch
    trainer.batch_size = recipe.batch_size
    trainer.directory = types.SimpleNamespace(path=Path())
    steps = first_epoch * per_epoch, last_epoch * per_epoch
    batches = trainer._batches(trainer._augmentation(last_epoch), 2, *steps)
    labels = [label.numpy() for _, label in batches][::per_epoch]
    assert len(labels) == last_epoch - first_epoch
    return [first_epoch + n for n, each in enumerate(labels) if np.any(each.max(1) < 0.999)]


def test_the_last_epochs_of_each_phase_rest(dataset):
    recipe = Recipe(
        data=Digits(),
        model=Call("none.py:none"),
        batch_size=600,
        augment=(Sometimes(MixUp(1.0)),),
        epochs=4,
        mixup_off_epochs=2,
        phases=(
            Phase(name="a"),
            Phase(name="b", mixup_off_epochs=1),
            Phase(name="c", mixup_off_epochs=0),
            Phase(name="d", augment=(Flip(),)),
        ),
    )
    assert mixed_epochs(recipe, 0, dataset, 0, 4) == [0, 1]
    # The phase before it stopped early, after three epochs; this one goes on from its second.
    assert mixed_epochs(recipe, 1, dataset, 4, 7) == [4, 5]
    assert mixed_epochs(recipe, 2, dataset, 7, 11) == [7, 8, 9, 10]
    assert mixed_epochs(recipe, 3, dataset, 11, 13) == []
