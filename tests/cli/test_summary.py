"""What `run` says when it has ended: every score that the run has."""

import io
import json
from types import SimpleNamespace

import pytest
from rich.console import Console

from keras_recipes.cli.summary import print_summary

SCORES = {"top_5_accuracy": 0.9944, "calibration_error": 0.0123, "brier_score": 0.0718}


@pytest.mark.parametrize("further", [{}, SCORES], ids=["run-of-before", "run"])
def test_every_score_that_there_is(root, further):
    about = json.loads((root / "tests/report/digits_run/run.json").read_text())
    about["results"]["test"].update(further)
    stream = io.StringIO()
    directory = SimpleNamespace(path="runs/a", best_model="b", report="c", recipe_file="d")
    print_summary(Console(file=stream, width=120), about, directory)
    text = " ".join(stream.getvalue().split())
    assert "test accuracy 0.9528 (95 % interval 0.9257 to 0.9703, 360 images)" in text
    assert "test nll 0.1439" in text
    said = ["top-5 accuracy 0.9944", "calibration error 0.0123", "Brier score 0.0718"]
    assert [f"test {each}" in text for each in said] == [bool(further)] * 3
