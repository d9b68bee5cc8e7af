"""Every field of `Recipe` and `Phase` changes what a run is made of."""

import hashlib
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from each_field import each_change
from tensorflow.python.framework.config import is_op_determinism_enabled

from keras_recipes import (
    MLP,
    SGD,
    Call,
    Cosine,
    CrossEntropy,
    Digits,
    MixUp,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
    Rotations,
    Stopping,
)
from keras_recipes.data import steps_per_epoch, training_batches
from keras_recipes.recipe import resolve_phases, run_phases
from keras_recipes.training.build import (
    build_augmentation,
    build_callbacks,
    build_model,
    compile_phase,
)
from keras_recipes.training.determinism import op_determinism
from keras_recipes.training.finite_loss import LossNotFinite
from keras_recipes.training.fit import dtype_policy, go_back
from keras_recipes.training.learning_rates import learning_rates
from keras_recipes.training.precision import Device, choose_speed

HERE = Device(kind="CPU", name="a CPU without bfloat16")
LOGGER = (Call("keras.callbacks:TerminateOnNaN"),)

RECIPE = Recipe(
    data=Digits(train_examples=120),
    model=MLP(hidden_units=(8,)),
    augment=(MixUp(0.4),),
    epochs=3,
    batch_size=32,
    phases=(Phase(), Phase(name="last", epochs=1)),
)
CASES = [
    (
        RECIPE,
        {
            "data": Digits(train_examples=121),
            "model": MLP(hidden_units=(9,)),
            "augment": (PaddedCrop(1, mode="constant"), MixUp(0.4)),
            "mixup_off_epochs": lambda recipe: replace(
                recipe, mixup_off_epochs=1, phases=(Phase(), Phase(name="last", epochs=2))
            ),
            "loss": CrossEntropy(label_smoothing=0.2),
            "optimizer": SGD(momentum=0.5),
            "schedule": Cosine(),
            "stopping": Stopping(patience=3),
            "callbacks": LOGGER,
            "epochs": 4,
            "pretrain": Rotations(epochs=2, augment=()),
            "phases": (Phase(),),
            "batch_size": 16,
            "precision": "mixed_bfloat16",
            "on_nan": "rewind",
            "deterministic": True,
            "seed": 1,
            "stand_in": "other",
            "schema": lambda recipe: recipe,  # another is refused, below
        },
    ),
]
PHASE_CASES = [
    (
        Phase(epochs=3),
        {
            "name": "other",
            "epochs": 2,
            "trainable": "head",
            "image_size": (4, 4),
            "keep_features": lambda phase: replace(
                phase, keep_features=True, trainable="head", augment=()
            ),
            "augment": (),
            "mixup_off_epochs": 1,
            "loss": CrossEntropy(label_smoothing=0.2),
            "optimizer": SGD(momentum=0.5),
            "schedule": Cosine(),
            "stopping": Stopping(patience=3),
            "callbacks": LOGGER,
        },
    ),
]


def evidence(recipe, folder):
    """What a run is made of, as text: weights, batches, rates, loss, optimizer, callbacks."""
    dataset = recipe.data.build()
    speed = choose_speed(HERE, recipe.precision)
    phases = [each.name for each in run_phases(recipe)]
    facts = [recipe.stand_in, speed.precision, what_follows_nan(recipe), phases]
    with dtype_policy(speed.precision), op_determinism(recipe.deterministic):
        facts.append(is_op_determinism_enabled())
        keras.utils.set_random_seed(recipe.seed)
        model = build_model(recipe, dataset, folder, speed)
        facts += [digest(model.get_weights()), model.layers[-1].dtype_policy.name]
        for phase in resolve_phases(recipe):
            per_epoch = steps_per_epoch(dataset.train, recipe.batch_size)
            seen = dataset.of_size(phase.image_size)
            rates = learning_rates(phase, recipe.batch_size, per_epoch, folder)
            compile_phase(model, recipe, phase, rates, dataset, folder, speed)
            best = phase.stopping.build(folder / "best.keras")
            images, labels = last_batch(recipe, phase, seen, per_epoch, folder)
            facts += [
                phase.name,
                len(model.trainable_variables),
                digest([rates, images, labels]),
                float(model.loss(labels[:, ::-1], labels * 3)),
                {**model.optimizer.get_config(), "learning_rate": None},
                best.patience,
                [type(each).__name__ for each in build_callbacks(phase, folder)],
            ]
    return repr(facts)


def what_follows_nan(recipe):
    """The error or the epoch to go back to; test_nan.py runs both."""
    checkpoints = tempfile.mkdtemp()
    run = recipe, None, SimpleNamespace(checkpoints=Path(checkpoints)), None
    try:
        go_back(None, LossNotFinite(math.nan, 0, 1), None, run)
    except RecipeError as error:
        return str(error)
    except AttributeError:  # there is no checkpoint
        return "goes back"


def last_batch(recipe, phase, dataset, per_epoch, folder):
    """The batch of the phase's last step, as `run` makes it when the phase comes first."""
    last = phase.epochs * per_epoch
    resting = phase.mixup_off_epochs
    augment = build_augmentation(
        phase.augment,
        dataset,
        folder,
        seed=recipe.seed,
        batch_size=recipe.batch_size,
        mixing_until_epoch=phase.epochs - resting if resting else None,
    )
    batches = training_batches(
        dataset.train, 10, seed=recipe.seed, batch_size=recipe.batch_size,
        first_step=last - 1, last_step=last, augment=augment,
    )  # fmt: skip
    return next(iter(batches.as_numpy_iterator()))


def digest(arrays):
    joined = b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)
    return hashlib.sha256(joined).hexdigest()[:12]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Evidence of the recipe as it stands."""
    return evidence(RECIPE, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("name", [name for name in CASES[0][1] if name != "schema"])
def test_a_field_of_the_recipe_takes_effect(name, plain, tmp_path):
    other = CASES[0][1][name]
    changed = other(RECIPE) if callable(other) else replace(RECIPE, **{name: other})
    assert evidence(changed, tmp_path) != plain


def test_another_schema_is_refused():
    with pytest.raises(RecipeError, match="schema must be 1"):
        replace(RECIPE, schema=2)


@pytest.mark.parametrize(("phase", "changed"), each_change(PHASE_CASES))
def test_a_field_of_a_phase_takes_effect(phase, changed, tmp_path):
    rest = Phase(name="rest", epochs=1)
    recipes = [replace(RECIPE, epochs=None, phases=(each, rest)) for each in (phase, changed)]
    one, other = (evidence(recipe, tmp_path) for recipe in recipes)
    assert one != other
