"""TensorFlow Datasets: real CIFAR-10 where it is, and what is said where it is not."""

import time

import numpy as np
import pytest

from keras_recipes import TFDS, RecipeError
from keras_recipes.data import tfds
from keras_recipes.errors import DataUnavailable
from keras_recipes.network import is_reachable


@pytest.fixture
def cifar10(real_data, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(real_data / "tfds"))


@pytest.fixture
def nothing_prepared(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        # A port that nothing listens on: no network, at once, on any machine.
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def test_real_cifar10(cifar10):
    dataset = TFDS("cifar10", train_examples=1000).build()
    assert (len(dataset.train), len(dataset.validation)) == (1000, 5000)
    assert dataset.image_shape == (32, 32, 3)
    assert dataset.class_names[:2] == ("airplane", "automobile")
    assert np.array_equal(np.bincount(dataset.train.class_labels()), np.full(10, 100))
    assert 100 < dataset.train.images[dataset.train.indices].mean() < 140
    assert len(dataset.read_test()) == 10_000


def test_a_split_that_is_not_there_is_refused(cifar10):
    with pytest.raises(RecipeError, match="Did you mean 'test'"):
        TFDS("cifar10", test_split="tset").build()


def test_images_are_resized(cifar10):
    dataset = TFDS("cifar10", train_split="train[:200]", image_size=(16, 20)).build()
    assert dataset.image_shape == (16, 20, 3)
    assert dataset.train.images.std() > 20


def test_without_data_and_network_it_says_so_within_seconds(nothing_prepared):
    began = time.monotonic()
    with pytest.raises(DataUnavailable, match="TFDS_DATA_DIR"):
        TFDS("cifar10").require()
    assert time.monotonic() - began < 5


def test_a_misspelt_name_is_told_without_a_network(nothing_prepared):
    with pytest.raises(RecipeError, match="Did you mean 'cifar10'"):
        TFDS("cifar1o").require()


def test_the_newest_prepared_version_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    for version in ("3.0.2", "3.0.10", "2.9.0"):
        folder = tmp_path / "some_set" / version
        folder.mkdir(parents=True)
        (folder / "dataset_info.json").write_text("{}")
    assert tfds.prepared_directory("some_set").name == "3.0.10"
    assert tfds.prepared_directory("some_set:3.0.2").name == "3.0.2"
    assert tfds.prepared_directory("some_set:1.0.0") is None


def test_a_server_that_answers_anything_is_reachable():
    import http.server
    import threading

    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert is_reachable(url=f"http://127.0.0.1:{server.server_port}/")  # answers 501
    finally:
        server.shutdown()
    assert not is_reachable(url=f"http://127.0.0.1:{server.server_port}/")


def test_a_server_that_never_answers_is_given_up():
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        assert not is_reachable(0.5, url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        assert time.monotonic() - began < 2
