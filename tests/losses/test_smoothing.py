"""smooth_labels against the formula worked by hand."""

import numpy as np
import pytest
from keras import ops

from keras_recipes.errors import RecipeError
from keras_recipes.losses import smooth_labels


def numpy_of(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("labels", [[1, 3], [[1], [3]], [[0, 1, 0, 0], [0, 0, 0, 1]]])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32"])
def test_every_form_of_label_gives_the_same_rows(labels, dtype):
    smoothed = numpy_of(smooth_labels(np.array(labels, dtype), 4, 0.2))
    expected = [[0.05, 0.85, 0.05, 0.05], [0.05, 0.05, 0.05, 0.85]]
    np.testing.assert_allclose(smoothed, expected, rtol=1e-6)
    assert smoothed.dtype == np.float32


def test_soft_labels_are_mixed_with_the_uniform_distribution():
    smoothed = numpy_of(smooth_labels(np.array([[0.3, 0.7]], "float16"), 2, 0.5))
    np.testing.assert_allclose(smoothed, [[0.4, 0.6]], rtol=1e-3)


def test_no_smoothing_is_exactly_one_hot():
    np.testing.assert_array_equal(numpy_of(smooth_labels([2, 0], 3, 0)), [[0, 0, 1], [1, 0, 0]])


def test_smoothing_before_mixing_and_after_it_are_the_same():
    """So once is enough, whatever mixed the labels before: MixUp, CutMix, both in turn."""
    generator = np.random.default_rng(0)
    first, second, third = (np.eye(5)[generator.integers(0, 5, 200)] for _ in range(3))
    shares = generator.beta(0.4, 0.4, (200, 1))
    again = generator.uniform(size=(200, 1))

    def mix(one, other, another):
        return again * (shares * one + (1 - shares) * other) + (1 - again) * another

    def smooth(labels):
        return numpy_of(smooth_labels(labels.astype("float32"), 5, 0.1)).astype("float64")

    before, after = (
        mix(smooth(first), smooth(second), smooth(third)),
        smooth(mix(first, second, third)),
    )
    np.testing.assert_allclose(before, after, atol=1e-7)
    twice = smooth(after)
    assert np.abs(twice - after).max() > 0.05


@pytest.mark.parametrize("wrong", [-1, 3, 0.5])
def test_an_id_that_is_no_class_shows_as_nan(wrong):
    rows = numpy_of(smooth_labels(np.array([1.0, wrong], "float32"), 3, 0.1))
    assert np.isfinite(rows[0]).all()
    assert np.isnan(rows[1]).all()


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, 2, float("nan"), "0.1", True, None])
def test_smoothing_outside_its_range(smoothing):
    with pytest.raises(RecipeError, match=r"smoothing must be in \[0, 1\); got .* Use 0.1"):
        smooth_labels([0], 3, smoothing)


@pytest.mark.parametrize("shape", [(2, 4), (2, 3, 3), ()])
def test_labels_of_another_shape(shape):
    with pytest.raises(RecipeError, match="labels must have the shape"):
        smooth_labels(np.zeros(shape, "int32"), 3, 0.1)


def test_one_class_is_refused():
    with pytest.raises(RecipeError, match="num_classes must be .* at least 2; got 1"):
        smooth_labels([0], 1, 0.1)
