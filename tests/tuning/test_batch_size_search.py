"""The search for the largest batch, the knee and the division, on cases worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_recipes.errors import RecipeError
from keras_recipes.tuning.batch_division import divide_batch
from keras_recipes.tuning.batch_size_search import (
    grain,
    largest_that_fits,
    next_batch_size,
    smallest_that_fails,
)
from keras_recipes.tuning.throughput_knee import find_knee


def search(limit, start=16, most=4096):
    """Sizes tried where those up to `limit` fit, in order, and what came of each."""
    tried = {}
    while (size := next_batch_size(tried, start=start, most=most)) is not None:
        assert size not in tried
        tried[size] = size <= limit
    return tried


@pytest.mark.parametrize(
    ("limit", "start", "most", "sizes"),
    [
        # Doubled, then halved to within an eighth: 160 fits, 176 does not, 160 / 8 is 20.
        (170, 16, 4096, [16, 32, 64, 128, 256, 192, 160, 176]),
        (10**6, 16, 100, [16, 32, 64, 100]),  # the last is `most` itself, doubling or not
        (10**6, 16, 8, [8]),
        (5, 16, 4096, [16, 8, 4, 6, 5]),  # below 8 to the single image
        (0, 16, 4096, [16, 8, 4, 2, 1]),  # nothing fits
        (20, 16, 4096, [16, 32, 24]),  # multiples of 8: 16 and 24 are next to each other
        (150, 100, 4096, [100, 200, 144, 168, 152]),  # no multiple of 8 to begin with
    ],
)
def test_the_sizes_that_are_tried(limit, start, most, sizes):
    assert list(search(limit, start, most)) == sizes


@given(
    limit=st.integers(0, 100_000),
    start=st.integers(1, 5000),
    most=st.integers(1, 50_000),
)
def test_the_largest_is_found_to_within_the_grain(limit, start, most):
    tried = search(limit, start, most)
    fits, fails = largest_that_fits(tried), smallest_that_fails(tried)
    assert all(1 <= size <= most for size in tried)
    assert len(tried) <= 26
    if limit == 0:
        assert fits is None
        assert 1 in tried
    elif fails is None:
        assert fits == most <= limit
    else:
        assert fits <= limit < fails
        assert fails - fits <= grain(fits)


def test_outcomes_that_contradict_each_other_are_told():
    with pytest.raises(RecipeError, match="says that 64 fits and 32 does not"):
        next_batch_size({64: True, 32: False}, start=16, most=128)


@pytest.mark.parametrize("name", ["start", "most"])
@pytest.mark.parametrize("value", [0, -8, 1.5, True, None])
def test_sizes_are_whole_numbers(name, value):
    with pytest.raises(RecipeError, match=f"next_batch_size.{name} must be a whole number"):
        next_batch_size({}, **{"start": 8, "most": 8, name: value})


def test_the_knee_is_the_smallest_within_a_tenth_of_the_best():
    paces = {32: 400.0, 64: 629.0, 128: 630.0, 256: 700.0, 512: 690.0}
    assert find_knee(paces) == 128  # 630 is nine tenths of 700
    assert find_knee(paces, share=0.0) == 256
    assert find_knee(paces, share=0.5) == 32
    assert find_knee({64: 10.0}) == 64


@given(st.dictionaries(st.integers(1, 10_000), st.floats(0.1, 1e6), min_size=1), st.floats(0, 0.99))
def test_no_smaller_size_is_as_fast_as_the_knee_must_be(paces, share):
    knee = find_knee(paces, share)
    floor = (1 - share) * max(paces.values())
    assert paces[knee] >= floor
    assert all(pace < floor for size, pace in paces.items() if size < knee)


@pytest.mark.parametrize(
    ("paces", "share"), [({}, 0.1), ({8: 0.0}, 0.1), ({8: float("nan")}, 0.1), ({8: 1.0}, 1.0)]
)
def test_what_has_no_knee(paces, share):
    with pytest.raises(RecipeError, match="find_knee"):
        find_knee(paces, share)


@pytest.mark.parametrize(
    ("wanted", "largest", "parts"),
    [
        (1024, 512, (512, 2)),
        (1024, 360, (256, 4)),
        (1024, 1024, (1024, 1)),
        (1000, 300, (250, 4)),
        (7, 4, (3, 2)),  # a prime: two of three, one image short
        (5, 1, (1, 5)),
    ],
)
def test_a_batch_is_divided(wanted, largest, parts):
    assert divide_batch(wanted, largest) == parts


@given(st.integers(1, 10**6), st.integers(1, 10**5))
def test_what_a_division_holds(wanted, largest):
    size, batches = divide_batch(wanted, largest)
    assert 1 <= size <= largest
    assert wanted - batches < size * batches <= wanted
