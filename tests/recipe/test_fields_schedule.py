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
    Plateau,
    Polynomial,
    RateSearch,
    Step,
)
from keras_recipes.recipe.call import offer
from keras_recipes.recipe.schedule import follows_training

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
    (
        Plateau(),
        {
            "monitor": "val_accuracy",
            "factor": 0.5,
            "patience": 3,
            "min_delta": 0.0,
            "cooldown": 2,
            "min_fraction": 0.01,
            "warmup_epochs": 1.0,
        },
    ),
    (Polynomial(), {"power": 3.0, "warmup_epochs": 1.0, "final_fraction": 0.1}),
    (
        RateSearch(patience=2),
        {
            "every_epochs": 2,
            "patience": None,
            "multiples": (0.5, 2.0),
            "trial_steps": 10,
            "monitor": "val_accuracy",
            "min_delta": 0.1,
            "warmup_epochs": 1.0,
        },
    ),
    (Step(every_epochs=5), {"every_epochs": 2.0, "warmup_epochs": 1.0, "factor": 0.5}),
]


def rates(schedule):
    """Over ten epochs of three steps."""
    warmup_steps = round(getattr(schedule, "warmup_epochs", 0) * 3)
    built = schedule.build(peak=0.1, steps=30, warmup_steps=warmup_steps, steps_per_epoch=3)
    assert len(built) == 30
    return np.asarray(built)


def settings(schedule):
    """What the callback of a schedule that follows the training goes by, or nothing."""
    if not follows_training(schedule):
        return {}
    data = np.zeros((2, 1)), np.zeros(2)
    callback = offer(schedule.callback, peak=0.1, first_epoch=3, train=data, validation=data)
    apart = ("train", "validation")
    return {
        name: value
        for name, value in vars(callback).items()
        if not name.startswith("_") and name not in apart
    }


@pytest.mark.parametrize(("schedule", "changed"), each_change(CASES))
def test_the_rates_change(schedule, changed):
    assert not np.array_equal(rates(schedule), rates(changed)) or settings(schedule) != settings(
        changed
    )


@pytest.mark.parametrize("schedule", [Plateau(warmup_epochs=1.5), RateSearch(warmup_epochs=1.5)])
def test_what_follows_the_training_begins_after_the_warm_up_of_its_phase(schedule):
    assert settings(schedule)["start_from_epoch"] == 3 + 2
    assert rates(schedule)[:5] == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1], rel=1e-6)
