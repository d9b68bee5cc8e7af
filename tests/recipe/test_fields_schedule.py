"""Every field of every schedule changes the rates."""

import numpy as np
import pytest
from each_field import each_change

from keras_recipes import Cosine, Linear, Step

CASES = [
    (Cosine(), {"warmup_epochs": 1.0, "final_fraction": 0.1}),
    (Linear(), {"warmup_epochs": 1.0, "final_fraction": 0.1}),
    (Step(), {"warmup_epochs": 1.0, "at": (0.4,), "factor": 0.5}),
]


def rates(schedule):
    """Over ten epochs of three steps."""
    warmup_steps = round(schedule.warmup_epochs * 3)
    return np.asarray(schedule.build(peak=0.1, steps=30, warmup_steps=warmup_steps))


@pytest.mark.parametrize(("schedule", "changed"), each_change(CASES))
def test_the_rates_change(schedule, changed):
    assert not np.array_equal(rates(schedule), rates(changed))
