"""The law is found again, and says what follows from it."""

import math

import numpy as np
import pytest

from keras_recipes.errors import RecipeError
from keras_recipes.studies.learning_curve import curve_verdict, learn_curve, size_variants, sizes
from keras_recipes.studies.power_law import PowerLaw, fit_power_law, interval, resampled_laws
from keras_recipes.studies.rows import Row
from keras_recipes.studies.variant import Variant

IMAGES = [250, 500, 1000, 2000, 4000]


@pytest.mark.parametrize("law", [
    PowerLaw(floor=0.1, scale=3.0, exponent=0.5), PowerLaw(floor=0.0, scale=1.5, exponent=0.25),
    PowerLaw(floor=0.05, scale=30.0, exponent=1.0),
], ids=str)  # fmt: skip
def test_it_is_found_in_errors_without_noise(law):
    found = fit_power_law(IMAGES, law.error(IMAGES))
    assert found.error(8000) == pytest.approx(law.error(8000), abs=2e-4)
    assert found.gain_of_doubling(4000) == pytest.approx(law.gain_of_doubling(4000), abs=2e-4)


def test_the_interval_holds_what_it_foresees_about_as_often_as_it_says():
    law = PowerLaw(floor=0.1, scale=3.0, exponent=0.5)
    random, held = np.random.default_rng(0), 0
    for _ in range(12):
        errors = law.error(IMAGES)[:, None] + random.normal(0, 0.005, (5, 10))
        low, high = interval([each.error(8000) for each in resampled_laws(IMAGES, errors)])
        held += low <= law.error(8000) <= high
    assert held >= 9


def test_where_doubling_no_longer_pays():
    law = PowerLaw(floor=0.1, scale=2.0, exponent=0.5)
    end = law.last_that_pays(0.01)
    assert law.gain_of_doubling(end) == pytest.approx(0.01)
    assert PowerLaw(floor=0.2, scale=0.0, exponent=0.5).last_that_pays(0.01) == 0
    assert PowerLaw(floor=0.2, scale=1.0, exponent=0.0).last_that_pays(0.01) == 0


def test_too_few_points():
    with pytest.raises(ValueError, match="three numbers"):
        fit_power_law([100, 200, 200], [0.5, 0.4, 0.4])


def test_sizes_are_halved():
    assert sizes(5000, 4, 10) == [5000, 2500, 1250, 625]
    assert sizes(100, 5, 10) == [100, 50, 25]  # 12 would be one a class
    with pytest.raises(RecipeError, match="60 images of 10 classes make 2"):
        sizes(60, 5, 10)


def row(name, accuracies):
    return Row(variant=Variant(name=name), command="", errors=(), values={"accuracy": accuracies})


def test_the_verdict_is_the_laws():
    law = PowerLaw(floor=0.1, scale=3.0, exponent=0.5)
    found = [4000, 2000, 1000]
    accuracies = {each: 1 - float(law.error(each)) for each in found}
    rows = [row(str(each), (accuracies[each],) * 3) for each in found]
    curve = learn_curve(rows, found)
    assert curve.images == [1000, 2000, 4000]
    assert curve.errors.shape == (3, 3)
    said = " ".join(curve_verdict(curve, 0.005, rows, found))
    assert f"accuracy {1 - float(law.error(8000)):.4f}" in said
    assert "Doubling goes on to bring 0.005 or more" in said
    said = " ".join(curve_verdict(curve, 0.05, rows, found))
    assert f"From {round(law.last_that_pays(0.05))} images on" in said


def test_a_seed_that_failed_somewhere_is_left_out():
    found = [400, 200, 100]
    rows = [row("400", (0.8, None)), row("200", (0.7, 0.6)), row("100", (0.5, 0.5))]
    curve = learn_curve(rows, found)
    assert curve.errors.shape == (3, 1)
    assert curve.interval_at(800) is None
    assert all(map(math.isfinite, (curve.law.floor, curve.law.scale, curve.law.exponent)))
    with pytest.raises(RecipeError, match="no seed that was finished at every size"):
        learn_curve([row("a", (None, None)), *rows[1:]], found)


def test_other_efforts_come_on_all_images():
    variants = size_variants([40, 20, 10], ["model.dropout=0.5"])
    assert variants[-1].assignments == ("data.train_examples=40", "model.dropout=0.5")
