"""Every field of mixing and policies changes what becomes of a batch."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from each_field import each_change

from keras_recipes import (
    AugMix,
    CutMix,
    Flip,
    MixUp,
    OneOf,
    RandAugment,
    Sometimes,
)
from keras_recipes.augment import build_pipeline

CASES = [
    (MixUp(), {"alpha": 1.0}),
    (CutMix(), {"alpha": 0.5}),
    (
        RandAugment(),
        {
            "num_layers": 1,
            "magnitude": 4.0,
            "magnitude_deviation": 0.5,
            "operations": ("rotate", "shear_x"),
            "fill": 0.0,
        },
    ),
    (AugMix(), {"severity": 9.0, "width": 2, "depth": 1, "alpha": 0.3, "fill": 0.0}),
    (
        OneOf((Flip(), CutMix())),
        {"layers": (Flip(), MixUp()), "probabilities": (0.9, 0.1)},
    ),
    (Sometimes(CutMix()), {"layer": MixUp(), "probability": 0.1}),
]

SHAPE = (12, 12, 3)
IMAGES = np.random.default_rng(0).integers(0, 256, (16, *SHAPE)).astype("uint8")


def augmented(part):
    """A batch at one step; the key is the same whatever the part."""
    layer = part.build(image_shape=SHAPE, num_classes=16)
    pipeline = build_pipeline([layer], seed=0, image_shape=SHAPE, num_classes=16, batch_size=16)
    return pipeline(IMAGES, tf.eye(16), 0, 0)[0].numpy()


@pytest.mark.parametrize(("part", "changed"), each_change(CASES))
def test_the_batch_changes(part, changed):
    assert np.any(augmented(part) != augmented(changed))


def test_probabilities_need_no_whole_numbers():
    assert replace(OneOf((Flip(), CutMix())), probabilities=(0.25, 0.75)).probabilities[1] == 0.75
