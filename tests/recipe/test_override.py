"""`--set`: typed, read as data, refused by name."""

from dataclasses import replace

import pytest

from keras_recipes import (
    TFDS,
    Call,
    CifarResNet,
    Cosine,
    Digits,
    Flip,
    MixUp,
    PaddedCrop,
    Recipe,
    RecipeError,
)
from keras_recipes.recipe.override import override

RECIPE = Recipe(
    data=TFDS("cifar10"),
    model=CifarResNet(),
    augment=(PaddedCrop(4), Flip()),
    schedule=Cosine(warmup_epochs=2),
    epochs=10,
)


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("loss.label_smoothing=0.1", lambda r: r.loss.label_smoothing == 0.1),
        ("epochs=5", lambda r: r.epochs == 5),
        ("data.name=cifar100", lambda r: r.data.name == "cifar100"),
        ("data.name='a b'", lambda r: r.data.name == "a b"),
        ("data.name=x/y-1:2.0.0", lambda r: r.data.name == "x/y-1:2.0.0"),
        ("precision=float32", lambda r: r.precision == "float32"),
        ("augment=()", lambda r: r.augment == ()),
        ("augment=(Flip(), MixUp(0.4))", lambda r: r.augment == (Flip(), MixUp(0.4))),
        ("augment.0.padding=2", lambda r: r.augment == (PaddedCrop(2), Flip())),
        ("augment.1=MixUp(alpha=1)", lambda r: r.augment[1] == MixUp(1.0)),
        ("schedule=None", lambda r: r.schedule is None),
        ("data=Digits(fold=(0, 5))", lambda r: r.data == Digits(fold=(0, 5))),
        ("model=Call('a.py:b', width=-3)", lambda r: r.model == Call("a.py:b", width=-3)),
        ("optimizer.learning_rate=1e-2", lambda r: r.optimizer.learning_rate == 0.01),
        ("data.train_split=train[:500]", lambda r: r.data.train_split == "train[:500]"),
        (" seed = 3 ", lambda r: r.seed == 3),
    ],
)
def test_a_choice_is_changed(assignment, expected):
    assert expected(override(RECIPE, [assignment]))


def test_the_recipe_itself_stays_as_it_was():
    before = replace(RECIPE)
    override(RECIPE, ["epochs=5", "augment.0.padding=1"])
    assert before == RECIPE


def test_an_argument_of_a_call_is_changed():
    recipe = replace(RECIPE, model=Call("a.py:b", width=3))
    assert override(recipe, ["model.width=5"]).model == Call("a.py:b", width=5)


def test_rules_that_join_fields_hold_for_the_outcome_in_either_order():
    for assignments in (
        ["epochs=1", "schedule.warmup_epochs=0.5"],
        ["schedule.warmup_epochs=0.5", "epochs=1"],
    ):
        assert override(RECIPE, assignments).epochs == 1
    with pytest.raises(RecipeError, match="warmup_epochs must be less than the 1 epochs"):
        override(RECIPE, ["epochs=1"])


def test_an_optimizer_of_ones_own_states_a_rate_that_is_a_number():
    with pytest.raises(RecipeError, match="learning_rate above 0"):
        override(RECIPE, ["optimizer=Call('a:b', learning_rate='a')"])


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ("loss.label_smoothing", "path=value"),
        ("=3", "path=value"),
        ("epochs=", "path=value"),
        ("los.label_smoothing=0.1", "'loss'"),
        ("loss.label_smothing=0.1", "'label_smoothing'"),
        ("loss.label_smoothing.x=1", "Set loss.label_smoothing itself"),
        ("stopping.patience.x=1", "is None"),
        ("augment.7=Flip()", "0 to 1"),
        ("augment.first=Flip()", "by its number"),
        ("augment=Flip()", "(Flip(...),)"),
        ("augment=[Flip()]", "round brackets"),
        ("epochs=ten", "a whole number"),
        ("epochs=3.0", "a whole number"),
        ("optimizer.nesterov=true", "Write True"),
        ("schedule=none", "Write None"),
        ("schedule=Cosine", "Cosine(...)"),
        ("schedule=Cosin()", "'Cosine'"),
        ("schedule=Cosine(warmup=3)", "'warmup_epochs'"),
        ("schedule=Cosine(**{})", "by its name"),
        ("precision=float23", "'float32'"),
        ("model=__import__('os').system('true')", "can't take"),
        ("model=CifarResNet(depth=[20 for _ in 'a'][0])", "can't take"),
        ("model=(lambda: 3)()", "can't take"),
        ("epochs=1+1", "a whole number"),
        ("augment=(Flip()", "can't be read"),
        ("model=Call()", "other arguments than it takes"),
        ("model=Call('a:b', 'c')", "other arguments than it takes"),
        ("model=Call('a:b', x=1, x=2)", "an argument twice"),
        ("model=Call('.a:b')", "module:name"),
        ("model=Call('a b:c')", "module:name"),
        ("model=Call('a:b', x=1e999)", "finite"),
        ("epochs=...", "can't take"),
        (".=1", "path=value"),
        ("augment.0=Flip", "Call it: Flip(...)."),
        ("optimizer.learning_rate=1" + "0" * 400, "got inf"),
        ("epochs=-1" + "0" * 400, "at least 1"),
        ("data.name=b'x'", "can't take"),
        ("seed=" + "9" * 30, "seed"),
        ("epochs=" + "(" * 500, "can't be read"),
    ],
)
def test_a_wrong_override_is_refused_by_name_with_the_fix(assignment, says):
    with pytest.raises(RecipeError) as raised:
        override(RECIPE, [assignment])
    assert says in str(raised.value)
    assert raised.value.where.startswith("--set")
