"""The picture of the batch sizes: what was measured, the knee and the limit are in it."""

import io

import pytest

from keras_recipes.report.batch_curve import draw_batch_sizes
from keras_recipes.training.batch_attempts import Attempt

GIB = 2**30


def attempt(size, pace, peak):
    seconds = tuple(size / each for each in (pace * 0.9, pace, pace * 1.1)) if pace else ()
    reason = "" if pace else "ended"
    return Attempt(batch_size=size, fits=bool(pace), reason=reason, peak=peak, seconds=seconds)


def drawn(found, knee, limit=3 * GIB):
    figure = draw_batch_sizes(found, knee, limit, "a recipe")
    figure.savefig(io.BytesIO(), format="png")
    return figure.axes


def points(axis):
    return [list(zip(*line.get_data(), strict=True)) for line in axis.get_lines()]


def test_pace_memory_knee_and_limit():
    found = {
        16: attempt(16, 100.0, GIB),
        32: attempt(32, 190.0, 2 * GIB),
        64: attempt(64, 0, 3 * GIB),
    }
    pace, memory = drawn(found, knee=32)
    assert points(pace)[0] == [(16, pytest.approx(100)), (32, pytest.approx(190))]
    assert points(pace)[1] == [(32, pytest.approx(190))]
    assert "knee: 32" in [each.get_text() for each in pace.texts]
    assert points(memory)[0] == [(16, 1.0), (32, 2.0)]
    assert points(memory)[1] == [(64, 3.0)]
    assert [each.get_text() for each in memory.texts] == [" limit 3.00 GiB"]
    assert [each.get_text() for each in pace.texts][1:] == [" does not fit"]
    assert [tick.get_text() for tick in memory.get_xticklabels()] == ["16", "32", "64"]


def test_a_limit_far_off_and_memory_unknown_are_left_out():
    pace, memory = drawn({16: attempt(16, 100.0, GIB)}, knee=16, limit=100 * GIB)
    assert not len(memory.texts)
    assert len(pace.texts) == 1
    drawn({16: attempt(16, 100.0, None), 32: attempt(32, 0, None)}, knee=16)


def test_a_size_without_a_pace_and_no_limit():
    untimed = Attempt(batch_size=32, fits=True, reason="", peak=2 * GIB)
    pace, memory = drawn({16: attempt(16, 90.0, GIB), 32: untimed}, knee=16, limit=None)
    assert points(pace)[0] == [(16, pytest.approx(90))]
    assert points(memory) == [[(16, 1.0), (32, 2.0)], []]
    assert not len(memory.texts)
    pace, memory = drawn({32: untimed, 64: attempt(64, 0, 3 * GIB)}, knee=None, limit=None)
    assert points(pace) == [[]]
    assert points(memory) == [[(32, 2.0)], [(64, 3.0)]]
