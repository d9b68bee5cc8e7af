"""Blank, dark, washed out and blurred images among sound ones."""

import numpy as np
from pictures import audited, blurred, pictures

from keras_recipes.audit.faults import deviations, fault_findings
from keras_recipes.audit.measure import measure
from keras_recipes.audit.sharpness import blur_width


def found_in(images):
    found = fault_findings(images, measure(images))
    return {
        each.kind: sorted(image.index for group in each.groups for image in group.images)
        for each in found
    }, {each.kind: each for each in found}


def test_each_fault_is_found_and_told_apart():
    train, test = pictures(200), pictures(50, seed=1)
    generator = np.random.default_rng(0)
    train[3] = (20, 200, 40) + generator.integers(-1, 2, (32, 32, 3))
    train[5] = train[5] // 5
    train[7] = np.where(train[7] > 128, 255, 243)
    train[9], train[11] = blurred(train[9], 2), blurred(train[11], 1.2)
    test[2] = 128
    places, findings = found_in(audited(train, test=test))
    assert places == {"blank": [3, 202], "dark": [5], "washed-out": [7], "blurred": [9, 11]}
    assert findings["blank"].exclude == ("train:3",)  # not the test image
    assert findings["dark"].exclude == findings["blurred"].exclude == ()
    assert [group.images[0].index for group in findings["blurred"].groups] == [9, 11]


def test_what_is_usual_in_a_data_set_is_no_fault():
    dark = pictures(100) // 5
    soft = np.stack([blurred(each, 1.5) for each in pictures(100)])
    assert found_in(audited(dark))[0] == {}
    assert found_in(audited(soft))[0] == {}


def test_robust_deviations():
    values = np.array([*range(1, 40), 1000.0, np.nan], np.float32)
    found = deviations(values, np.ones(41, bool))
    middle, spread = 20.5, 1.4826 * 10
    assert np.allclose(found[:40], (values[:40] - middle) / spread)
    assert np.isnan(found[40])
    assert not deviations(values, np.arange(41) < 10).any()  # too few tell nothing
    same = deviations(np.array([5.0] * 99 + [6.0]), np.ones(100, bool))
    assert same[0] == 0
    assert same[-1] > 10


def test_blur_width_does_not_depend_on_contrast():
    images = pictures(20).mean(axis=-1)
    assert np.allclose(blur_width(images), blur_width(images / 3 + 10), rtol=1e-2)
    wider = np.stack([blurred(each.astype(np.uint8), 1.5) for each in images])
    assert (blur_width(wider) > 1.3 * blur_width(images)).all()
    assert np.isnan(blur_width(np.full((1, 8, 8), 7.0))).all()
    assert np.isnan(blur_width(np.zeros((2, 2, 9)))).all()
