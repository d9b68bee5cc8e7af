"""Runs of seconds, whose epochs are all to be kept."""

import pytest

from keras_recipes.training import progress


@pytest.fixture(autouse=True)
def every_epoch_is_kept(monkeypatch):
    monkeypatch.setattr(progress, "EPOCH_SECONDS", 0.0)
    monkeypatch.setattr(progress, "MOST_OF_THE_TIME", 1e9)
