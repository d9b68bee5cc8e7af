"""Every field of every schedule changes the rates."""

import numpy as np
import pytest
from each_field import each_change

from keras_recipes import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    Linear,
    MultiStep,
    OneCycle,
    Polynomial,
    Step,
)

CASES = [
    (Constant(), {"warmup_epochs": 1.0}),
    (Cosine(), {"warmup_epochs": 1.0, "final_fraction": 0.1}),
    (
        CosineRestarts(),
        {
            "cycles": 2,
            "cycle_growth": 1.0,
            "peak_factor": 0.5,
            "warmup_epochs": 1.0,
            "final_fraction": 0.1,
        },
    ),
    (Exponential(), {"warmup_epochs": 1.0, "final_fraction": 0.1}),
    (Linear(), {"warmup_epochs": 1.0, "final_fraction": 0.1}),
    (MultiStep(), {"warmup_epochs": 1.0, "at": (0.4,), "factor": 0.5}),
    (OneCycle(), {"rise": 0.4, "start_fraction": 0.1, "final_fraction": 0.1}),
    (Polynomial(), {"power": 3.0, "warmup_epochs": 1.0, "final_fraction": 0.1}),
    (Step(every_epochs=5), {"every_epochs": 2.0, "warmup_epochs": 1.0, "factor": 0.5}),
]


def rates(schedule):
    """Over ten epochs of three steps."""
    warmup_steps = round(getattr(schedule, "warmup_epochs", 0) * 3)
    built = schedule.build(peak=0.1, steps=30, warmup_steps=warmup_steps, steps_per_epoch=3)
    assert len(built) == 30
    return np.asarray(built)


@pytest.mark.parametrize(("schedule", "changed"), each_change(CASES))
def test_the_rates_change(schedule, changed):
    assert not np.array_equal(rates(schedule), rates(changed))
