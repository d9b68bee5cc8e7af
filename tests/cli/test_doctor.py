"""`doctor` and `overfit` on real recipes and on ones with a fault."""

import json

import pytest
from PIL import Image

from keras_recipes.cli.main import main
from keras_recipes.recipe.load import load
from keras_recipes.studies.by_heart import without_regularisation

OWN = """
import keras

from keras_recipes import SGD, Call, Digits, Recipe

def net(input_shape, num_classes):
    return keras.Sequential([
        keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Rescaling(1 / 16),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(num_classes, activation="softmax", dtype="float32"),
    ])

recipe = Recipe(
    data=Digits(), model=Call("own.py:net"), optimizer=SGD(learning_rate=0.1), epochs=2,
    precision="float32",
)
"""


def test_doctor_of_a_sound_recipe(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", str(root / "recipes/digits_mlp.py:smoke"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["findings"] == []
    assert told["measured"]["32 examples by heart"].startswith("yes, in ")
    assert "a batch's preparation" in told["measured"]


def test_doctor_of_a_model_with_a_fault(tmp_path, monkeypatch, capsys):
    (tmp_path / "own.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", "own.py"]) == 1
    told = capsys.readouterr().out
    assert "loss takes logits (from_logits=True), and the model ends in a softmax" in told
    assert "Leave the softmax out of the model" in told
    with Image.open("doctor-own.png") as picture:
        assert picture.width > picture.height > 300
    assert not [each for each in tmp_path.iterdir() if each.is_dir() and each.name != "__pycache__"]


def test_overfit_says_which_rate_would_do(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    recipe = str(root / "recipes/digits_mlp.py")
    assert main(["overfit", recipe, "--set", "optimizer.learning_rate=1e-5"]) == 1
    told = capsys.readouterr().out
    assert "not learnt by heart" in told
    assert "optimizer.learning_rate is too low" in told
    assert (tmp_path / "overfit-digits_mlp.png").is_file()


def test_overfit_rests_what_regularises(root):
    rested = without_regularisation(load(str(root / "recipes/cifar_strikes_back.py")).recipe)
    assert rested.augment == ()
    assert rested.mixup_off_epochs == 0
    assert rested.loss.label_smoothing == 0
    assert rested.model.stochastic_depth == 0
    rested = without_regularisation(load(str(root / "recipes/sign_digits_mobilenet.py")).recipe)
    assert [each.augment for each in rested.phases] == [None, None]
    assert rested.model.dropout == 0


VARIANTS = (
    "cifar_resnet.py:digits", "cifar_small.py:digits", "cifar_strikes_back.py:digits",
    "cifar_wide_resnet.py:digits", "folder_convnet.py:digits", "digits_mlp.py",
    "cifar_from_own_resnet.py:pretrain_digits", "sign_digits_mobilenet.py:digits",
    "transfer_folder.py:digits",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_no_shipped_recipe_is_found_ill(root, tmp_path, monkeypatch, capsys, variant):
    monkeypatch.chdir(tmp_path)
    assert main(["doctor", str(root / "recipes" / variant), "--json"]) == 0, capsys.readouterr().out
