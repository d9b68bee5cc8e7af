"""Every shipped recipe: it reads, it prints, and every variant is built and takes two steps."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from keras_recipes import Digits, WideResNet
from keras_recipes.data import build_dataset, digits
from keras_recipes.data.division import Division
from keras_recipes.models import cifar_resnet
from keras_recipes.recipe import run_phases
from keras_recipes.recipe.load import load, read_file
from keras_recipes.recipe.text import to_python
from keras_recipes.training.fit import fit_recipe
from keras_recipes.training.precision import Device, choose_speed
from keras_recipes.training.run_directory import RunDirectory

FILES = sorted((Path(__file__).parent.parent / "recipes").glob("*.py"))
VARIANTS = [(file, name) for file in FILES for name in read_file(file).variants]


def enlarged_digits(batch_size):
    """Real digits as 32 by 32 colour images: two batches to train on."""
    small = digits.load(Division(train_examples=2 * batch_size))
    images = np.repeat(small.train.images.repeat(4, 1).repeat(4, 2), 3, axis=3)
    keep = np.concatenate([small.train.indices, small.validation.indices])
    return build_dataset(
        "enlarged digits",
        images[keep],
        small.train.labels[keep],
        class_names=small.class_names,
        division=Division(train_examples=2 * batch_size),
        read_test=small.read_test,
    )


def without_trained_weights(model, folder):
    """The same network as new: its weights would have to be fetched, or trained first."""
    if getattr(model, "backbone", "").endswith(".keras"):
        own = folder / "own.keras"
        cifar_resnet((32, 32, 3), 6, depth=8, width=4).save(own)
        return replace(model, backbone=str(own))
    return replace(model, weights=None) if getattr(model, "weights", None) == "imagenet" else model


def shortened(file, name):
    """The recipe as it takes two steps, on data that are put in its place."""
    recipe = load(f"{file}:{name}").recipe
    schedule = recipe.schedule
    if hasattr(schedule, "warmup_epochs"):
        schedule = replace(schedule, warmup_epochs=0.0)
    model = recipe.model
    if getattr(model, "backbone", None) == "MobileNetV3Large":
        model = replace(model, backbone="MobileNetV3Small")  # built alike, in less time
    if hasattr(model, "depth"):
        model = replace(model, depth=smallest_depth(model))
    return replace(
        recipe,
        data=Digits(),
        model=model,
        epochs=1 if any(each.epochs is None for each in recipe.phases) else None,
        phases=tuple(replace(each, epochs=each.epochs and 1) for each in recipe.phases),
        batch_size=16,
        mixup_off_epochs=0,
        schedule=schedule,
        pretrain=shortened_pretraining(recipe.pretrain),
        stand_in=None,
    )


def smallest_depth(model):
    """One block for each width: the others are like it."""
    return 10 if isinstance(model, WideResNet) else 8


def shortened_pretraining(pretrain):
    """Two steps of it too."""
    return pretrain and replace(
        pretrain, epochs=1, unlabelled=None, schedule=None, batch_size=None, probe_examples=20
    )


def different_ones():
    """The variants that differ in more than data, duration, and the numbers of how they train."""
    chosen = {}
    for file, name in VARIANTS:
        recipe = shortened(file, name)
        built = (str(recipe.model), str(recipe.augment), type(recipe.pretrain))
        trained = re.sub(r"[\d.]+(e-\d+)?", "", to_python(recipe))
        chosen.setdefault((file, built, trained), (file, name))
    return list(chosen.values())


@pytest.mark.parametrize(
    ("file", "name"), different_ones(), ids=lambda each: getattr(each, "name", each)
)
def test_a_recipe_is_built_and_takes_two_steps(file, name, tmp_path):
    steps = shortened(file, name)
    steps = replace(steps, model=without_trained_weights(steps.model, tmp_path))
    dataset = enlarged_digits(steps.batch_size)
    directory = RunDirectory.create(tmp_path, "run", steps, file.parent)
    speed = choose_speed(Device(kind="CPU", name="any"), steps.precision)
    fit_recipe(steps, dataset, directory, speed)
    records = directory.read_metrics()
    assert len(records) == len(run_phases(steps))
    assert all(np.isfinite(each["loss"]) for each in records)


@pytest.mark.parametrize(("file", "name"), VARIANTS, ids=lambda each: getattr(each, "name", each))
def test_a_recipe_prints_as_a_file_that_loads(file, name, tmp_path):
    recipe = load(f"{file}:{name}").recipe
    (tmp_path / "again.py").write_text(to_python(recipe))
    assert load(str(tmp_path / "again.py")).recipe == replace(recipe, stand_in=None)
