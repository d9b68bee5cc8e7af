"""Confident learning on probabilities whose wrong labels are known."""

import numpy as np
import pytest

pytest.importorskip("cleanlab")
from keras_recipes import RecipeError
from keras_recipes.audit.suspect_labels import suspect_labels


def test_it_is_what_can_be_worked_by_hand():
    # Mean probability of their own class: 0: (0.9 + 0.8 + 0.1) / 3 = 0.6; 1: (0.7 + 0.9) / 2 = 0.8.
    # Image 2, labelled 0, is predicted as 1 with 0.9 >= 0.8: one label is wrong, and it is the one
    # that is given the least probability.
    labels = np.array([0, 0, 0, 1, 1])
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.1, 0.9]])
    (found,) = suspect_labels(labels, probabilities)
    assert (found.position, found.given, found.suggested, found.given_rank) == (2, 0, 1, 2)
    assert (found.given_probability, found.suggested_probability) == (0.1, 0.9)


def test_planted_labels_are_found_the_worst_first():
    generator = np.random.default_rng(0)
    classes, images = 5, 1000
    truth = generator.integers(0, classes, images)
    logits = generator.normal(size=(images, classes)) + 6 * np.eye(classes)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = truth.copy()
    wrong = generator.permutation(images)[:50]
    labels[wrong] = (labels[wrong] + generator.integers(1, classes, 50)) % classes
    found = suspect_labels(labels, probabilities)
    positions = [each.position for each in found]
    assert len(np.intersect1d(positions, wrong)) >= 40
    assert len(positions) <= 60
    given = [each.given_probability for each in found]
    assert given == sorted(given)
    for each in found:
        assert each.given == labels[each.position]
        assert each.suggested == probabilities[each.position].argmax() != each.given
        ranks = np.argsort(-probabilities[each.position])
        assert ranks[each.given_rank - 1] == each.given


def test_right_labels_are_not_suspected():
    labels = np.arange(30) % 3
    assert suspect_labels(labels, 0.7 * np.eye(3)[labels] + 0.1) == []


def test_one_class_is_an_error():
    with pytest.raises(RecipeError, match="needs labels of at least two classes"):
        suspect_labels([1, 1], [[0.5, 0.5], [0.2, 0.8]])
