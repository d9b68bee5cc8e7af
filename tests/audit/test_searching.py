"""The pieces of the search, each against a plain way to the same numbers."""

import numpy as np
from pictures import brightened, cropped, pictures
from PIL import Image

from keras_recipes.audit import neighbours
from keras_recipes.audit.alignment import aligned_correlation
from keras_recipes.audit.descriptor import Whitening, raw_features
from keras_recipes.audit.resample import resample, resampling_matrix


def descriptors(count=500, seed=0):
    found = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_all_similar_pairs_over_many_blocks(monkeypatch):
    monkeypatch.setattr(neighbours, "_BLOCK", 37)
    some = descriptors()
    pairs, values = neighbours.similar_pairs(some, 0.9)
    similarity = np.triu(some @ some.T, 1)
    rows, columns = np.nonzero(similarity >= 0.9)
    assert sorted(map(tuple, pairs.tolist())) == sorted(zip(rows, columns, strict=True))
    assert np.allclose(values, similarity[pairs[:, 0], pairs[:, 1]])
    assert len(pairs) > 20


def test_of_too_many_pairs_the_most_similar_are_kept(monkeypatch):
    monkeypatch.setattr(neighbours, "_BLOCK", 37)
    some = descriptors()
    pairs, values = neighbours.similar_pairs(some, 0.0, most=100)
    best = np.sort(np.triu(some @ some.T, 1)[np.triu_indices(len(some), 1)])[-100:]
    assert len(pairs) == 100
    assert np.allclose(np.sort(values), best, atol=1e-6)


def test_no_pairs():
    pairs, values = neighbours.similar_pairs(np.eye(5, dtype=np.float32), 0.5)
    assert pairs.shape == (0, 2)
    assert values.shape == (0,)


def test_resampling_is_that_of_pillow():
    image = pictures(1, side=50)[0]
    small = resample(image[None], 16)[0]
    theirs = Image.fromarray(image).resize((16, 16), Image.Resampling.BILINEAR)
    assert np.abs(small - np.asarray(theirs, np.float32)).max() <= 1
    large = resample(image[None], 80)[0]
    theirs = Image.fromarray(image).resize((80, 80), Image.Resampling.BILINEAR)
    assert np.abs(large - np.asarray(theirs, np.float32)).max() <= 1
    assert np.allclose(resampling_matrix(32, 16, 0.1, 0.9).sum(axis=1), 1)


def test_a_crop_correlates_once_it_is_undone():
    images = pictures(40)
    copies = np.stack([cropped(each, (3, 1, 2, 3)) for each in images])
    assert aligned_correlation(images, copies).min() > 0.96
    assert np.allclose(aligned_correlation(images, copies), aligned_correlation(copies, images))
    darker = np.stack([brightened(each, 0.7) for each in images])
    assert aligned_correlation(images, darker).min() > 0.999
    assert aligned_correlation(images[:-1], images[1:]).max() < 0.9


def test_whitened_descriptors_tell_crops_from_others():
    images = pictures(600)
    features = raw_features(images)
    whitening = Whitening.fit(features)
    made = whitening(features)
    copies = whitening(raw_features(np.stack([cropped(each) for each in images])))
    assert made.shape == (600, 64)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-4)
    same = (made * copies).sum(axis=1)
    others = (made @ made.T)[np.triu_indices(600, 1)]
    assert np.quantile(same, 0.02) > 0.7
    assert np.quantile(others, 0.9999) < 0.7
