"""The tables against the schedules of Keras that mean the same."""

import numpy as np
from keras.optimizers import schedules

from keras_recipes.schedules import (
    cosine_decay,
    cosine_restarts,
    exponential_decay,
    linear_decay,
    multi_step_decay,
    polynomial_decay,
    step_decay,
)

STEPS = 60


def assert_same(table, keras_schedule, steps=range(STEPS)):
    """Keras computes in float32, hence the tolerance."""
    expected = [float(keras_schedule(step)) for step in steps]
    np.testing.assert_allclose(np.asarray(table)[list(steps)], expected, rtol=2e-5, atol=1e-8)


def test_cosine_decay():
    same = schedules.CosineDecay(0.3, decay_steps=STEPS, alpha=0.05)
    assert_same(cosine_decay(0.3, STEPS, final_fraction=0.05), same)


def test_cosine_decay_restarts_with_growing_cycles():
    """Cycles of 12 and 48 steps, and of 4, 8 and 16 and 32."""
    same = schedules.CosineDecayRestarts(0.3, first_decay_steps=12, t_mul=4.0, m_mul=0.5)
    assert_same(cosine_restarts(0.3, STEPS, cycles=2, cycle_growth=4, peak_factor=0.5), same)
    same = schedules.CosineDecayRestarts(0.3, first_decay_steps=4, t_mul=2.0, alpha=0.1)
    assert_same(cosine_restarts(0.3, STEPS, cycles=4, final_fraction=0.1), same)


def test_cosine_decay_restarts_with_cycles_of_one_length():
    """Not at the restarts, where Keras's float32 falls now on this side and now on that."""
    same = schedules.CosineDecayRestarts(0.3, first_decay_steps=20, t_mul=1.0, m_mul=0.5)
    table = cosine_restarts(0.3, STEPS, cycles=3, cycle_growth=1, peak_factor=0.5)
    assert_same(table, same, [step for step in range(STEPS) if step % 20])
    np.testing.assert_allclose(table[::20], [0.3, 0.15, 0.075], rtol=1e-7)


def test_exponential_decay():
    """A factor of 0.9 an epoch of 10 steps."""
    same = schedules.ExponentialDecay(0.3, decay_steps=10, decay_rate=0.9)
    assert_same(exponential_decay(0.3, STEPS, final_fraction=0.9**6), same)


def test_polynomial_and_linear_decay():
    same = schedules.PolynomialDecay(0.3, STEPS, end_learning_rate=0.03, power=1.5)
    assert_same(polynomial_decay(0.3, STEPS, power=1.5, final_fraction=0.1), same)
    same = schedules.PolynomialDecay(0.3, STEPS, end_learning_rate=0.0)
    assert_same(linear_decay(0.3, STEPS), same)


def test_piecewise_constant_decay():
    """Keras steps after its boundary, ours at it."""
    same = schedules.PiecewiseConstantDecay([29, 44], [0.3, 0.03, 0.003])
    assert_same(multi_step_decay(0.3, STEPS), same)


def test_exponential_decay_by_staircase():
    same = schedules.ExponentialDecay(0.3, decay_steps=25, decay_rate=0.5, staircase=True)
    assert_same(step_decay(0.3, STEPS, every_steps=25, factor=0.5), same)
