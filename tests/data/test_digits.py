"""The embedded digits are scikit-learn's, and the test set is apart."""

import numpy as np
from sklearn.datasets import load_digits

from keras_recipes.data import channel_statistics, digits


def test_all_digits_are_there_once():
    dataset = digits.load()
    test = dataset.read_test()
    assert (len(dataset.train), len(dataset.validation), len(test)) == (1293, 144, 360)
    images = np.concatenate([dataset.train.images, test.images]).reshape(-1, 64)
    assert images.dtype == np.uint8
    original = np.round(load_digits().data * 255 / 16).astype(np.uint8)
    assert sorted(map(bytes, images)) == sorted(map(bytes, original))


def test_the_fingerprint_is_of_the_content():
    assert digits.load().fingerprint == digits.load().fingerprint
    assert len(digits.load().fingerprint) == 64


def test_channel_statistics_are_those_of_the_training_images():
    train = digits.load().train
    mean, variance = channel_statistics(train)
    images = train.images[train.indices].astype(float)
    assert np.allclose((mean[0], variance[0]), (images.mean(), images.var()))
