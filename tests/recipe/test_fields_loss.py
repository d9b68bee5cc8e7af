"""Every field of every loss changes its value."""

import numpy as np
import pytest
from each_field import each_change

from keras_recipes import BinaryCrossEntropy, CrossEntropy, FocalLoss, RecipeError

CASES = [
    (CrossEntropy(), {"label_smoothing": 0.1, "class_weights": (1.0, 2.0, 0.5)}),
    (
        BinaryCrossEntropy(),
        {
            "label_smoothing": 0.1,
            "target_threshold": 0.2,
            "sum_classes": True,
            "class_weights": "balanced",
        },
    ),
    (FocalLoss(), {"gamma": 1.0, "label_smoothing": 0.1, "class_weights": "balanced"}),
]

LABELS = np.array([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0.4, 0.6]], "float32")
LOGITS = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
COUNTS = np.array([10, 20, 30])


@pytest.mark.parametrize(("loss", "changed"), each_change(CASES))
def test_the_loss_changes(loss, changed):
    values = [float(each.build(class_counts=COUNTS)(LABELS, LOGITS)) for each in (loss, changed)]
    assert values[0] != pytest.approx(values[1], rel=1e-3)


@pytest.mark.parametrize("part", [CrossEntropy, BinaryCrossEntropy, FocalLoss])
def test_wrong_class_weights_are_told_before_the_first_step(part):
    with pytest.raises(RecipeError, match=r"loss\.class_weights must be at least 0; got -1\.0"):
        part(class_weights=(1.0, -1.0))
    with pytest.raises(RecipeError, match="must hold one weight a class, not all 0"):
        part(class_weights=(0.0, 0.0))
    with pytest.raises(RecipeError, match="Did you mean 'balanced'"):
        part(class_weights="balance")
    with pytest.raises(RecipeError, match=r"loss\.class_weights has 2 weights for 3 classes"):
        part(class_weights=(1, 2)).build(class_counts=COUNTS)
