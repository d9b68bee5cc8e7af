"""What a search may draw, and draws that can be repeated."""

import math

import numpy as np
import pytest

from keras_recipes import MLP, SGD, Digits, Phase, Recipe, RecipeError, Stopping
from keras_recipes.studies.space import (
    Range,
    Values,
    check_space,
    draw,
    draw_all,
    parse_space,
    values_of,
)

RECIPE = Recipe(data=Digits(), model=MLP(), optimizer=SGD(learning_rate=0.1), epochs=2)
TEXTS = (
    "optimizer.learning_rate=log(0.0001, 1.0)", "model.dropout=uniform(0, 0.5)",
    "batch_size=int(16, 19)", "model.activation=relu,gelu",
)  # fmt: skip


def test_a_space_is_read_and_written():
    space = parse_space(TEXTS)
    assert space == (
        Range(path="optimizer.learning_rate", kind="log", low=0.0001, high=1.0),
        Range(path="model.dropout", kind="uniform", low=0.0, high=0.5),
        Range(path="batch_size", kind="int", low=16, high=19),
        Values(path="model.activation", values=("relu", "gelu")),
    )
    assert parse_space(f"{each.path}={each.described}" for each in space) == space


def test_parts_of_augmentation_are_values():
    (space,) = parse_space(["augment=(),(Flip(), Rotation(10))"])
    assert space.values == ("()", "(Flip(), Rotation(10))")
    (space,) = parse_space(["optimizer=SGD(learning_rate=0.1)"])
    assert space.values == ("SGD(learning_rate=0.1)",)


def test_more_draws_begin_with_the_same():
    space = parse_space(TEXTS)
    assert draw(space, 20, 3)[:10] == draw(space, 10, 3)
    assert draw(space, 10, 3) != draw(space, 10, 4)
    assert draw(space, 2, 0)[0].name == (
        "learning_rate=0.239, dropout=0.379, batch_size=17, activation=relu"
    )


def test_draws_fill_their_ranges_evenly():
    drawn = np.array([values_of(each) for each in draw(parse_space(TEXTS), 2000, 0)])
    rates, dropouts = np.log10(drawn[:, 0].astype(float)), drawn[:, 1].astype(float)
    assert (rates.min(), rates.max()) == pytest.approx((-4, 0), abs=0.02)
    assert np.histogram(rates, 4, (-4, 0))[0] == pytest.approx([500] * 4, rel=0.15)
    assert np.histogram(dropouts, 5, (0, 0.5))[0] == pytest.approx([400] * 5, rel=0.15)
    for column, values in ((2, ["16", "17", "18", "19"]), (3, ["gelu", "relu"])):
        found, counts = np.unique(drawn[:, column], return_counts=True)
        assert list(found) == values
        assert counts == pytest.approx([2000 / len(values)] * len(values), rel=0.15)


@pytest.mark.parametrize(
    ("text", "share", "value"),
    [
        ("a=log(0.001, 1.0)", 0.5, "0.0316"),
        ("a=log(1, 1000)", 0.6, "63.1"),
        ("a=log(1, 1.1)", 0.5, "1.049"),
        ("a=uniform(100, 101)", 0.4567, "100.46"),
        ("a=uniform(0.0, 0.5)", 0.00001, "0.0"),
        ("a=uniform(-2, 2)", 0.25, "-1.0"),
        ("a=uniform(0.12345, 0.5)", 0.0, "0.12345"),
        ("a=int(-1, 1)", 0.999, "1"),
        ("a=x,y,z", 0.999, "z"),
    ],
)  # fmt: skip
def test_a_value_has_three_digits_and_stays_within(text, share, value):
    (space,) = parse_space([text])
    assert space.at(share) == value


@pytest.mark.parametrize("low", [0.12345, 1.0])
def test_the_ends_are_as_written(low):
    (space,) = parse_space([f"a=log({low}, 9.87654)"])
    assert space.ends == (str(low), "9.87654")
    assert math.isclose(float(space.at(1 - 1e-12)), 9.87654, rel_tol=1e-3)


def test_a_small_space_is_drawn_whole_and_no_more():
    space = parse_space(["model.activation=relu,gelu", "model.dropout=0.0,0.1"])
    assert len(draw(space, 9, 0)) == 4
    assert len(set(draw_all(space, 4, 0, "--random"))) == 4
    with pytest.raises(RecipeError, match="--random asks for 5 settings of a space that holds 4"):
        draw_all(space, 5, 0, "--random")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model.dropout", "must be of the form path=value,value"),
        ("a=0.1,0.1", "has a value twice"),
        ("a=unifrom(0, 1)", "unifrom"),
        ("a=log(0, 1)", "above 0 for a logarithm; got 0.0"),
        ("a=uniform(1, 1)", "low bound below the high one; got 1.0 and 1.0"),
        ("a=uniform(0, inf)", "got 0.0 and inf"),
        ("a=log(nan, 1)", "got nan and 1.0"),
        ("a=int(0.5, 2)", "must have two whole numbers in int(low, high); got '0.5, 2'"),
        ("a=log(1)", "must have two numbers in log(low, high); got '1'"),
        ("=log(1, 2)", "names no path"),
        ("seed=int(0, 9)", "a seed is chosen for its luck"),
        ("data.split_seed=int(0, 9)", "the images that choose would change"),
        ("stopping.monitor=val_nll,val_accuracy", "scores of two kinds can't be compared"),
    ],
)  # fmt: skip
def test_what_is_no_space(text, message):
    with pytest.raises(
        RecipeError, match=f"--space .*{message.replace('(', '.').replace(')', '.')}"
    ):
        check_space(RECIPE, parse_space([text]))


def test_what_can_not_be_set_is_told_before_anything_is_drawn():
    with pytest.raises(RecipeError, match="variant dropuot=0.0.*Did you mean 'dropout'"):
        check_space(RECIPE, parse_space(["model.dropuot=uniform(0, 0.5)"]))
    with pytest.raises(RecipeError, match=r"variant .*dropout=1.5: .*model.dropout must be"):
        check_space(RECIPE, parse_space([TEXTS[0], "model.dropout=uniform(0, 1.5)"]))
    with pytest.raises(RecipeError, match="--space a is given twice"):
        parse_space(["a=1,2", "a=log(1, 2)"])


def test_no_phase_changes_the_score_that_chooses():
    recipe = Recipe(
        data=Digits(), model=MLP(), epochs=2,
        phases=(Phase(stopping=Stopping(monitor="val_accuracy")),),
    )  # fmt: skip
    with pytest.raises(RecipeError, match="changes the score that chooses"):
        check_space(recipe, parse_space(["phases.0.stopping.monitor=val_nll,val_accuracy"]))


def test_choices_that_hang_together_are_checked_together():
    """The second is a field of the first, and not of the recipe as it is."""
    space = parse_space(["model=ConvNet()", "model.pooling=max,average"])
    check_space(RECIPE, space)
    assert draw_all(space, 2, 0, "--random")[0].change(RECIPE).model.pooling in ("max", "average")
