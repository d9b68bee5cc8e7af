"""Every field of every way of pretraining changes what it is made of."""

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from each_field import each_change

from keras_recipes import (
    MLP,
    SGD,
    Adam,
    Constant,
    Cosine,
    DenoisingAutoencoder,
    Digits,
    Flip,
    MixUp,
    Phase,
    Plateau,
    Recipe,
    RecipeError,
    Rotations,
    SimCLR,
)
from keras_recipes.recipe import run_phases
from keras_recipes.training.precision import Device, choose_speed
from keras_recipes.training.pretrain_trainer import PretrainTrainer

RECIPE = Recipe(
    data=Digits(train_examples=96),
    model=MLP(hidden_units=(8,)),
    optimizer=SGD(learning_rate=0.05),
    schedule=Cosine(),
    epochs=1,
    batch_size=32,
)
SHARED = {
    "epochs": 3,
    "unlabelled": Digits(train_examples=97),
    "augment": (Flip(mode="vertical"),),
    "optimizer": Adam(),
    "schedule": Constant(),
    "batch_size": 16,
    "probe_examples": 50,
    "probe_every": 2,
}
CASES = [
    (
        SimCLR(epochs=2, augment=()),
        {**SHARED, "temperature": 0.1, "projection_units": (8, 4)},
    ),
    (Rotations(epochs=2), SHARED),
    (
        DenoisingAutoencoder(epochs=2),
        {**SHARED, "noise": 5.0, "masked": 0.1, "patch": 2, "decoder_width": 8},
    ),
]


@pytest.fixture(scope="module")
def dataset():
    return RECIPE.data.build()


def evidence(pretrain, dataset, folder):
    """What a phase of pretraining is made of: network, loss, rates, a batch, probe."""
    recipe = replace(RECIPE, pretrain=pretrain)
    directory = SimpleNamespace(path=folder, read_run=lambda: {}, update_run=lambda **changes: None)
    keras.utils.set_random_seed(0)
    speed = choose_speed(Device(kind="CPU", name="a CPU without bfloat16"))
    model = recipe.model.build(input_shape=(8, 8, 1), num_classes=10, mean=(4.0,), variance=(30.0,))
    trainer = PretrainTrainer(model, run_phases(recipe)[0], recipe, dataset, directory, speed)
    inputs, targets = next(iter(trainer.training_data(1)))
    loss = float(trainer.model.loss(targets, trainer.model(inputs)))
    probes = [
        (each._every, sum(len(labels) for _, labels in each._labelled))
        for each in trainer.measures()
    ]
    facts = [
        trainer.per_epoch,
        digest([trainer.rates, inputs, targets]),
        loss,
        type(trainer.model.optimizer).__name__,
        [tuple(each.shape) for each in trainer.model.weights],
        probes,
    ]
    return repr(facts)


def digest(arrays):
    joined = b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)
    return hashlib.sha256(joined).hexdigest()[:12]


@pytest.fixture(scope="module")
def plain(dataset, tmp_path_factory):
    """Evidence of each part as it stands; twice the same."""
    folder = tmp_path_factory.mktemp("plain")
    found = {type(part): evidence(part, dataset, folder) for part, _ in CASES}
    part = CASES[-1][0]
    assert evidence(part, dataset, folder) == found[type(part)]
    return found


@pytest.mark.parametrize(("part", "changed"), each_change(CASES))
def test_a_field_takes_effect(part, changed, plain, dataset, tmp_path):
    assert evidence(changed, dataset, tmp_path) != plain[type(part)]


def test_what_is_left_to_the_recipe_is_the_recipes():
    phase, *others = run_phases(replace(RECIPE, augment=(Flip(),), pretrain=Rotations(epochs=7)))
    assert (phase.name, phase.epochs, phase.augment) == ("pretrain", 7, (Flip(),))
    assert (phase.optimizer, phase.schedule) == (RECIPE.optimizer, RECIPE.schedule)
    assert [each.name for each in others] == ["train"]
    # Every phase states its own, and pretraining takes the recipe's.
    stated = Phase(optimizer=Adam(), epochs=1)
    with pytest.raises(RecipeError, match="optimizer takes no effect"):
        replace(RECIPE, phases=(stated,), epochs=None)
    replace(RECIPE, phases=(stated,), epochs=None, pretrain=Rotations(epochs=1))


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: SimCLR(epochs=1, projection_units=()), "pretrain.projection_units"),
        (lambda: SimCLR(epochs=1, temperature=0), "pretrain.temperature"),
        (lambda: DenoisingAutoencoder(epochs=1, noise=0, masked=0), "pretrain.noise"),
        (lambda: DenoisingAutoencoder(epochs=1, masked=1), "pretrain.masked"),
        (lambda: Rotations(), "pretrain.epochs"),
        (lambda: with_pretraining(SimCLR(epochs=1, batch_size=1)), "pretrain.batch_size"),
        (lambda: with_pretraining(SimCLR(epochs=1, augment=(MixUp(0.2),))), "pretrain.augment"),
        (
            lambda: with_pretraining(Rotations(epochs=9, schedule=Plateau(patience=2))),
            "pretrain.schedule",
        ),
        (
            lambda: with_pretraining(Rotations(epochs=1, schedule=Cosine(warmup_epochs=2))),
            "pretrain.schedule.warmup_epochs",
        ),
        (
            lambda: replace(
                RECIPE,
                data=Digits(test_fold=(0, 3)),
                pretrain=Rotations(epochs=1, unlabelled=Digits(test_fold=(1, 3))),
            ),
            "pretrain.unlabelled",
        ),
        (  # the same fold of fewer images is another
            lambda: replace(
                RECIPE,
                data=Digits(test_fold=(0, 3)),
                pretrain=Rotations(
                    epochs=1, unlabelled=Digits(test_fold=(0, 3), exclude=("train:1",))
                ),
            ),
            "pretrain.unlabelled",
        ),
        (
            lambda: replace(RECIPE, pretrain=Rotations(epochs=1), phases=(Phase(name="pretrain"),)),
            "phases",
        ),
    ],
)
def test_what_cannot_be_is_refused_without_keras(make, where):
    with pytest.raises(RecipeError) as caught:
        make()
    assert caught.value.where == where


def with_pretraining(part):
    return replace(RECIPE, pretrain=part)
