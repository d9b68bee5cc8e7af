"""Every field of every loss changes its value."""

import numpy as np
import pytest
from each_field import each_change

from keras_recipes import CrossEntropy

CASES = [(CrossEntropy(), {"label_smoothing": 0.1})]

LABELS = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
LOGITS = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


@pytest.mark.parametrize(("loss", "changed"), each_change(CASES))
def test_the_loss_changes(loss, changed):
    values = [float(each.build()(LABELS, LOGITS)) for each in (loss, changed)]
    assert values[0] != pytest.approx(values[1], rel=1e-3)
