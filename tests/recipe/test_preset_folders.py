"""A preset of KerasHub in a recipe: its folder, and what lacks told before anything is read."""

import importlib.util
import sys

import pytest

from keras_recipes import RecipeError, Transfer
from keras_recipes.recipe.file_paths import resolve_paths
from keras_recipes.recipe.load import load
from keras_recipes.training.job import choose_job

RECIPE = """from keras_recipes import Digits, Recipe, Transfer

recipe = Recipe(data=Digits(), model=Transfer({backbone!r}), epochs=1)
"""


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("keras_hub:resnet_50_imagenet", "keras_hub:resnet_50_imagenet"),
        ("keras_hub:./resnet", "keras_hub:{folder}/resnet"),
        ("keras_hub:presets/resnet", "keras_hub:{folder}/presets/resnet"),
        ("keras_hub:../resnet", "keras_hub:{folder.parent}/resnet"),
        ("keras_hub:/presets/resnet", "keras_hub:/presets/resnet"),
        ("own.keras", "{folder}/own.keras"),
        ("MobileNet", "MobileNet"),
    ],
)
def test_a_folder_is_relative_to_the_recipe(said, meant, tmp_path):
    part = resolve_paths(Transfer(said), tmp_path)
    assert part.backbone == meant.format(folder=tmp_path)
    assert resolve_paths(part, tmp_path / "elsewhere") == part


def job_of(backbone, folder):
    path = folder / "a.py"
    path.write_text(RECIPE.format(backbone=backbone))
    return choose_job(load(str(path)), allow_stand_in=True)


def test_the_missing_library_is_told_before_anything_is_read(monkeypatch, tmp_path):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "keras_hub" else found(name)
    )
    with pytest.raises(RecipeError) as raised:
        job_of("keras_hub:resnet_50_imagenet", tmp_path)
    assert raised.value.where == "model.backbone"
    assert "pip install 'keras_recipes[hub]'" in raised.value.fix
    assert job_of("MobileNet", tmp_path).name == "a"


def test_a_folder_without_a_preset_is_told_as_early(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: sys)
    with pytest.raises(RecipeError, match=r"no\.such is no folder of a preset"):
        job_of("keras_hub:./no.such", tmp_path)
    (tmp_path / "preset").mkdir()
    (tmp_path / "preset" / "config.json").write_text("{}")
    assert job_of("keras_hub:./preset", tmp_path).name == "a"
