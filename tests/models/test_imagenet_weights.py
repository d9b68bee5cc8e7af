"""Published weights are found where they lie; where they can't be had, the error says all of it."""

import os
import sys

import keras
import numpy as np
import pytest
from keras.src.utils import file_utils
from published import small_mobilenet, write_published

from keras_recipes import RecipeError
from keras_recipes.models import imagenet_weights
from keras_recipes.models.transfer import published_backbone

NAME = "mobilenet_2_5_128_tf_no_top.h5"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(file_utils.config, "keras_home", lambda: str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def no_network(monkeypatch):
    monkeypatch.setattr(imagenet_weights, "is_reachable", lambda **_: False)


def build():
    return published_backbone("MobileNet", (128, 128, 3), alpha=0.25)


def test_a_file_in_the_folder_is_used_without_a_network(home, no_network):
    (home / "models").mkdir(parents=True)
    arrays = write_published(home / "models" / NAME, small_mobilenet())
    np.testing.assert_array_equal(np.array(build().layers[1].kernel), arrays[0])


def test_without_a_network_the_error_names_file_address_and_folder(home, no_network):
    fetch = file_utils.get_file
    with pytest.raises(RecipeError) as raised:
        build()
    assert raised.value.where == "model.weights"
    assert NAME in raised.value.fix
    assert "https://" in raised.value.fix
    assert str(home / "models") in raised.value.fix
    assert file_utils.get_file is fetch


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_fetched(home, monkeypatch):
    monkeypatch.setattr(imagenet_weights, "is_reachable", lambda **_: pytest.fail("asked"))
    home.parent.joinpath("home").write_text("a file where the folder should be")
    with pytest.raises(RecipeError, match="can't be written") as raised:
        build()
    assert "KERAS_HOME" in raised.value.fix


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere"
)
def test_a_read_only_folder_that_has_the_file_will_do(home, no_network):
    (home / "models").mkdir(parents=True)
    write_published(home / "models" / NAME, small_mobilenet())
    (home / "models").chmod(0o500)
    build()


def test_a_fetch_that_fails_names_where_to_put_the_file(home, monkeypatch):
    monkeypatch.setattr(imagenet_weights, "is_reachable", lambda **_: True)

    def fail(fname, origin, **options):
        raise Exception(f"URL fetch failure on {origin}: 503")

    monkeypatch.setattr(file_utils, "get_file", fail)
    with pytest.raises(RecipeError, match="can't be fetched: URL fetch failure") as raised:
        build()
    assert str(home / "models") in raised.value.fix


def test_no_weights_ask_nothing(home, monkeypatch):
    monkeypatch.setattr(imagenet_weights, "is_reachable", lambda **_: pytest.fail("asked"))
    model = published_backbone("MobileNet", (32, 32, 3), weights=None, alpha=0.25)
    assert isinstance(model, keras.Model)
    assert not home.exists()
