"""Recipe files: variants, stand-ins, and what is said of files that are wrong."""

import pytest

from keras_recipes import Call, Digits, RecipeError
from keras_recipes.recipe.load import load, named_files, read_file

GOOD = '''"""A small recipe.

More words."""
from dataclasses import replace
from keras_recipes import *

recipe = Recipe(data=TFDS("cifar10"), model=CifarResNet(), epochs=2, stand_in="small")
small = replace(recipe, data=Digits(), stand_in=None)
_hidden = small
'''


def write(tmp_path, text, name="a.py"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_variants_and_description(tmp_path):
    file = read_file(write(tmp_path, GOOD))
    assert list(file.variants) == ["recipe", "small"]
    assert file.description == "A small recipe."


def test_a_variant_is_named_behind_a_colon(tmp_path):
    path = write(tmp_path, GOOD)
    assert load(f"{path}:small").recipe.data == Digits()
    assert load(f"{path}:small").name == "a-small"
    assert load(str(path)).name == "a"


def test_overrides_reach_the_stand_in_where_they_mean_something(tmp_path):
    loaded = load(str(write(tmp_path, GOOD)), ["seed=5", "data.image_size=(8, 8)", "epochs=3"])
    assert (loaded.recipe.seed, loaded.stand_in.seed) == (5, 5)
    assert (loaded.recipe.data.image_size, loaded.stand_in.epochs) == ((8, 8), 3)


def test_a_recipe_can_build_on_one_beside_it(tmp_path):
    write(tmp_path, GOOD, "base_of_test.py")
    text = "from base_of_test import small\nrecipe = small\n"
    assert load(str(write(tmp_path, text, "b.py"))).recipe.data == Digits()


def test_the_files_that_calls_name_are_found(tmp_path):
    call = Call("parts.py:model", layer=Call("more/parts.py:layer"), other=Call("keras:x"))
    assert named_files((call,)) == ["more/parts.py", "parts.py"]


@pytest.mark.parametrize(
    ("text", "target", "says"),
    [
        (GOOD, "b.py", "Did you mean"),
        (GOOD, "a.txt", "ends in .py"),
        (GOOD, "a.py:smal", "'small'"),
        (GOOD, "a.py:_hidden", "is not a Recipe"),
        ("x = 1", "a.py", "holds no Recipe"),
        ("recipe = (", "a.py", "line 1"),
        ("import nothing_of_this_name", "a.py", "ModuleNotFoundError"),
        ("from keras_recipes import *\n\nx = Fli()", "a.py", "'Flip'"),
        ("from keras_recipes import *\nx = CrossEntropy(label_smoothing=3)", "a.py", "line 2"),
        ("1 / 0", "a.py", "ZeroDivisionError"),
        (GOOD.replace('"small"', '"smal"'), "a.py", "'small'"),
        (GOOD.replace("CifarResNet()", "Call('parts.py:f')"), "a.py", "does not exist: parts.py"),
        (GOOD.replace("CifarResNet()", "Call('../b.py:f')"), "a.py", "beside the recipe"),
        ("x = '\\ud800'.encode()", "a.py", "UnicodeEncodeError"),
        ("\0", "a.py", "is not Python"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, target, says):
    write(tmp_path, text)
    with pytest.raises(RecipeError) as raised:
        load(str(tmp_path / target))
    assert says in str(raised.value)
    assert str(tmp_path / target.partition(":")[0]) in raised.value.where
