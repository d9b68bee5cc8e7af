"""Recipe files: variants, stand-ins, and what is said of files that are wrong."""

import pytest

from keras_recipes import Call, Digits, Flip, RecipeError
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
    stand_in = loaded.stand_in()
    assert (loaded.recipe.seed, stand_in.seed) == (5, 5)
    assert (loaded.recipe.data.image_size, stand_in.epochs) == ((8, 8), 3)


def test_what_suits_the_data_that_was_asked_for_is_kept_from_the_stand_in(tmp_path):
    path = str(write(tmp_path, GOOD))
    loaded = load(path, ["augment=(PaddedCrop(8), Flip())", "data=TFDS('cifar100')"])
    assert loaded.recipe.augment[1] == Flip()
    assert loaded.stand_in().augment == ()
    assert loaded.stand_in().data == Digits()
    both = load(path, ["schedule=Cosine(warmup_epochs=2)", "epochs=3"])
    assert both.stand_in().epochs == 3
    assert load(path, ["stand_in=None"]).stand_in() is None
    mistyped = load(path, ["data=Folder('photos')", "data.path=phtoos"])
    assert mistyped.stand_in() is None
    with pytest.raises(RecipeError, match="'small'"):
        load(path, ["stand_in=smal"])


def test_a_byte_order_mark_and_another_coding_are_read(tmp_path):
    (tmp_path / "a.py").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(str(tmp_path / "a.py")).recipe.epochs == 2
    (tmp_path / "a.py").write_bytes(b"# coding: latin-1\n# \xe9\n" + GOOD.encode())
    assert load(str(tmp_path / "a.py")).recipe.epochs == 2


def test_a_recipe_may_define_dataclasses_of_its_own(tmp_path):
    text = "from __future__ import annotations\nimport dataclasses\n"
    text += "@dataclasses.dataclass\nclass A:\n    x: int = 3\n"
    text += "from keras_recipes import *\n"
    text += "recipe = Recipe(data=Digits(), model=CifarResNet(), epochs=A().x)\n"
    assert load(str(write(tmp_path, text))).recipe.epochs == 3


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
        ("import sys\nsys.exit(3)", "a.py", "raised SystemExit"),
        (GOOD.replace("CifarResNet()", "Call('recipe.py:f')"), "a.py", "another name"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, target, says):
    write(tmp_path, text)
    with pytest.raises(RecipeError) as raised:
        load(str(tmp_path / target))
    assert says in str(raised.value)
    assert str(tmp_path / target.partition(":")[0]) in raised.value.where
