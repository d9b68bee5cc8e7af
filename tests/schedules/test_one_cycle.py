"""one_cycle: against hand-worked values, and the rule of PyTorch's OneCycleLR."""

import math

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.schedules import one_cycle


def test_by_hand():
    """Quarters of a half cosine: 0, 0.146, 0.5 and 0.854 of the way."""
    way = [0.0, (1 - math.sqrt(0.5)) / 2, 0.5, (1 + math.sqrt(0.5)) / 2]
    up = [0.2 + 0.8 * share for share in way]
    down = [1.0 - 0.9 * share for share in way]
    table = one_cycle(1.0, 8, rise=0.5, start_fraction=0.2, final_fraction=0.1)
    np.testing.assert_allclose(table, up + down, rtol=1e-6)


def one_cycle_of_pytorch(peak, steps, step, rise=0.3, div_factor=25.0, final_div_factor=1e4):
    """The rule in the documentation of `torch.optim.lr_scheduler.OneCycleLR`, "cos"."""
    low, last = peak / div_factor, peak / div_factor / final_div_factor
    top = rise * steps - 1
    begin, end, share = (low, peak, step / top) if step <= top else (
        peak, last, (step - top) / (steps - 1 - top)
    )  # fmt: skip
    return end + (begin - end) * (1 + math.cos(math.pi * share)) / 2


def test_the_defaults_are_those_of_pytorch_which_arrives_a_step_earlier():
    steps = 10_000
    table = one_cycle(0.5, steps)
    assert table[0] == np.float32(0.5 / 25)
    assert (table.argmax(), table.max()) == (3000, np.float32(0.5))
    theirs = np.array([one_cycle_of_pytorch(0.5, steps, step) for step in range(steps)])
    assert theirs.argmax() == 2999
    np.testing.assert_allclose(table[3000:], theirs[2999:-1], rtol=1e-6)
    np.testing.assert_allclose(table[:3000], theirs[:3000], rtol=0, atol=0.5 * 6e-4)


def test_a_run_of_one_step():
    assert one_cycle(0.5, 1) == np.float32(0.02)


@pytest.mark.parametrize("name", ["rise", "start_fraction", "final_fraction"])
@pytest.mark.parametrize("value", [-0.1, 1.0, "0.3", float("nan"), True])
def test_wrong_shares(name, value):
    with pytest.raises(RecipeError, match=f"{name} must be in .0, 1"):
        one_cycle(0.1, 10, **{name: value})
