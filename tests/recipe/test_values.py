"""Values: checked when made, frozen, printed as Python that evaluates to them."""

import dataclasses
from dataclasses import replace

import pytest

import keras_recipes
from keras_recipes import (
    SGD,
    TFDS,
    Call,
    CifarResNet,
    Cosine,
    CrossEntropy,
    Cutout,
    Digits,
    Flip,
    MixUp,
    MultiStep,
    PaddedCrop,
    Phase,
    Recipe,
    RecipeError,
    Stopping,
)
from keras_recipes.recipe import resolve_phases
from keras_recipes.recipe.text import to_flat, to_python

RICH = Recipe(
    data=TFDS("cifar10", fold=(1, 5), train_examples=100),
    augment=(
        PaddedCrop(2),
        Call("keras_cv.layers:GridMask", ratio_factor=0.5, fill_mode="constant"),
        MixUp(0.4),
    ),
    model=Call("my_parts.py:my_model", widths=(8, 16), init=Call("keras.initializers:Zeros")),
    loss=CrossEntropy(label_smoothing=0.1),
    optimizer=Call("keras.optimizers:Lion", learning_rate=1e-4),
    schedule=MultiStep(at=(0.3, 0.6), factor=0.2, warmup_epochs=1),
    epochs=12,
    phases=(Phase(name="first"), Phase(name="second", epochs=3, augment=(), schedule=Cosine())),
    seed=7,
)


@pytest.mark.parametrize("recipe", [RICH, Recipe(data=Digits(), model=CifarResNet(), epochs=1)])
def test_a_recipe_prints_as_python_that_evaluates_to_it(recipe):
    namespace = {}
    exec(to_python(recipe), namespace)
    assert namespace["recipe"] == recipe
    assert "schema=1" in to_python(recipe)


def test_text_that_needs_quoting_survives():
    recipe = replace(RICH, data=TFDS("a\"b'c\\d"))
    namespace = {}
    exec(to_python(recipe), namespace)
    assert namespace["recipe"].data.name == "a\"b'c\\d"


def test_flat_names_fields_as_set_does():
    flat = to_flat(RICH)
    assert flat["loss.label_smoothing"] == 0.1
    assert flat["augment.0.padding"] == 2
    assert flat["phases.1.schedule"] == "Cosine"
    assert flat["optimizer"] == "Call('keras.optimizers:Lion', learning_rate=0.0001)"


def test_values_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RICH.epochs = 3
    with pytest.raises(AttributeError, match="frozen"):
        RICH.model.target = "x:y"
    assert hash(RICH) == hash(replace(RICH))


def test_an_int_becomes_the_float_that_the_field_wants():
    assert repr(Cosine(warmup_epochs=2).warmup_epochs) == "2.0"


def test_phases_take_from_the_recipe_what_they_leave_open():
    first, second = resolve_phases(RICH)
    assert (first.epochs, first.augment, first.schedule) == (12, RICH.augment, RICH.schedule)
    assert (second.epochs, second.augment, second.schedule) == (3, (), Cosine())
    assert second.loss == RICH.loss


def test_every_exported_name_exists_and_every_part_is_documented():
    for name in keras_recipes.__all__:
        value = getattr(keras_recipes, name)
        assert value.__doc__


WRONG = [
    (lambda: CrossEntropy(label_smoothing=2.0), "loss.label_smoothing", "[0, 1)"),
    (lambda: CrossEntropy(label_smoothing="0.1"), "loss.label_smoothing", "a number"),
    (lambda: CrossEntropy(label_smoothing=float("nan")), "loss.label_smoothing", "nan"),
    (lambda: CrossEntropy(smoothing=0.1), "loss.smoothing", "label_smoothing"),
    (lambda: CrossEntropy(0.1), "loss.CrossEntropy", "label_smoothing="),
    (lambda: SGD(nesterov=1), "optimizer.nesterov", "True or False"),
    (lambda: SGD(learning_rate=True), "optimizer.learning_rate", "a number"),
    (lambda: TFDS(), "data.name", "missing"),
    (lambda: TFDS(""), "data.name", "TFDS("),
    (lambda: TFDS("a", fold=(5, 5)), "data.fold", "(4, 5)"),
    (lambda: TFDS("a", fold=(0, 5), validation_fraction=0.1), "data.fold", "None"),
    (lambda: TFDS("a", train_examples=5, train_fraction=0.5), "data.train_examples", "None"),
    (lambda: TFDS("a", store="ram"), "data.store", "'memory'"),
    (lambda: CifarResNet(depth=21), "model.depth", "20 and 26"),
    (lambda: MultiStep(at=(0.75, 0.5)), "schedule.at", "rise"),
    (lambda: MultiStep(at=[0.5]), "schedule.at", "round brackets: (0.5,)"),
    (lambda: MultiStep(at=(0.5, 1.5)), "schedule.at", "(0, 1)"),
    (lambda: Stopping(monitor="val_acc"), "stopping.monitor", "'val_accuracy'"),
    (lambda: Flip(mode="sideways"), "augment.Flip.mode", "'horizontal'"),
    (lambda: Cutout(0), "augment.Cutout.size", "at least 1"),
    (lambda: MixUp(0.01), "augment.MixUp.alpha", "at least 0.05"),
    (lambda: Call("no_colon"), "Call", "file.py:name"),
    (lambda: Call("a:b", x=[1]), "Call('a:b').x", "tuple"),
    (lambda: replace(RICH, augment=Flip()), "augment", "(Flip(...),)"),
    (lambda: replace(RICH, loss=CrossEntropy), "loss", "CrossEntropy(...)"),
    (lambda: replace(RICH, model=None), "model", "CifarResNet(...)"),
    (lambda: replace(RICH, phases=()), "phases", "Phase"),
    (lambda: replace(RICH, phases=(Phase(), Phase())), "phases", "'train'"),
    (lambda: replace(RICH, phases=(Phase(name="a b"),)), "phases", "'a b'"),
    (lambda: replace(RICH, epochs=None), "epochs", "epochs=30"),
    (lambda: replace(RICH, phases=(Phase(epochs=2),)), "epochs", "no effect"),
    (lambda: replace(RICH, phases=(Phase(loss=CrossEntropy()),)), "loss", "no effect"),
    (
        lambda: replace(
            RICH, phases=(Phase(name="a", stopping=Stopping(monitor="val_nll")), Phase(name="b"))
        ),
        "phases",
        "different values",
    ),
    (lambda: Call("a:b", x=float("inf")), "Call('a:b').x", "finite"),
    (lambda: Call("a:b", **{"c-d": 1}), "Call('a:b')", "'c-d'"),
    (lambda: replace(RICH, model=type("Mine", (CifarResNet,), {})()), "model", "CifarResNet(...)"),
    (lambda: replace(RICH, schema=2), "schema", "must be 1"),
    (lambda: replace(RICH, seed=-1), "seed", "[0, 2147483648)"),
    (lambda: replace(RICH, batch_size=1), "batch_size", "MixUp"),
    (lambda: replace(RICH, epochs=1), "phases.0.schedule.warmup_epochs", "1 epochs"),
    (
        lambda: replace(RICH, stopping=Stopping(start_from_epoch=12)),
        "phases.0.stopping.start_from_epoch",
        "start earlier",
    ),
    (
        lambda: replace(RICH, schedule=MultiStep(at=(0.1,), warmup_epochs=2)),
        "schedule.at",
        "warm-up",
    ),
    (lambda: replace(RICH, optimizer=Call("keras.optimizers:Adam")), "optimizer", "learning_rate"),
    (lambda: replace(RICH, stand_in="a b"), "stand_in", "variant"),
]


@pytest.mark.parametrize(("make", "place", "says"), WRONG)
def test_a_wrong_value_is_refused_by_name_with_the_fix(make, place, says):
    with pytest.raises(RecipeError) as raised:
        make()
    assert raised.value.where.endswith(place)
    assert says in str(raised.value)
    assert raised.value.fix.endswith((".", "?"))
