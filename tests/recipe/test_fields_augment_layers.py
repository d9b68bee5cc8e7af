"""Every field of every layer that changes images one by one changes what becomes of them."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from each_field import each_change

from keras_recipes import (
    Brightness,
    ColorJitter,
    Contrast,
    CropAndResize,
    Cutout,
    Flip,
    GaussianBlur,
    GaussianNoise,
    Grayscale,
    GridMask,
    PaddedCrop,
    RandomErasing,
    RecipeError,
    Rotation,
    Shear,
    Translation,
    Zoom,
)

WARP = {
    "mode": "nearest",
    "fill": lambda part: replace(part, mode="constant", fill=200.0),
    "probability": 0.5,
}
CASES = [
    (Brightness(), {"factor": (0.5, 1.5), "probability": 0.5}),
    (
        ColorJitter(),
        {"brightness": 0.1, "contrast": 0.1, "saturation": 0.1, "hue": 0.3, "probability": 0.5},
    ),
    (Contrast(), {"factor": (0.5, 1.5), "probability": 0.5}),
    (CropAndResize(), {"area": (0.5, 1.0), "aspect": (1.0, 1.0), "size": (9, 8)}),
    (Cutout(3), {"size": 4, "fill": 0.0}),
    (Flip(), {"mode": "vertical"}),
    (GaussianBlur(), {"sigma": (0.1, 1.0), "probability": 1.0}),
    (GaussianNoise(), {"stddev": (5.0, 10.0), "probability": 0.5}),
    (Grayscale(), {"probability": 0.5}),
    (
        GridMask(),
        {"cell": (0.3, 0.5), "hole": 0.3, "degrees": 30.0, "fill": 0.0, "probability": 0.5},
    ),
    (PaddedCrop(2), {"padding": 3, "mode": "constant"}),
    (
        RandomErasing(),
        {"area": (0.3, 0.5), "aspect": (1.0, 1.0), "fill": 0.0, "probability": 1.0},
    ),
    (Rotation(mode="reflect"), {"degrees": 30.0, **WARP}),
    (Shear(x_factor=0.5), {"x_factor": 0.4, "y_factor": 0.3, **WARP}),
    (Translation(), {"height": 0.3, "width": 0.3, **WARP}),
    (Zoom((0.5, 1.0)), {"factor": (0.4, 0.5), **WARP}),
]

IMAGES = np.random.default_rng(0).integers(0, 256, (16, 12, 10, 3)).astype("float32")
UNIFORM = np.random.default_rng(1).uniform(size=(16, 5)).astype("float32")


def results(part):
    """What the layer makes of the images by the same draws, not compiled: that takes longer."""
    if isinstance(part, CropAndResize):
        layer = part.build(image_shape=(12, 10, 3), num_classes=4, output_size=(6, 5))
    else:
        layer = part.build(image_shape=(12, 10, 3), num_classes=4)
    layer.seed_generator = keras.random.SeedGenerator(0)
    more = layer.draw_more(IMAGES.shape)
    uniform = UNIFORM[:, : layer.draws + 1]
    return np.asarray(layer.transform(tf.constant(IMAGES), tf.constant(uniform), *more))


@pytest.mark.parametrize(("part", "changed"), each_change(CASES))
def test_the_images_change(part, changed):
    before, after = results(part), results(changed)
    assert not np.array_equal(before, after)


def test_crops_take_the_models_size_unless_told():
    assert results(CropAndResize()).shape == (16, 6, 5, 3)
    assert results(CropAndResize(size=(9, 8))).shape == (16, 9, 8, 3)


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: Rotation(fill=3), "augment.Rotation.fill"),
        (lambda: Translation(height=0, width=0), "augment.Translation.height"),
        (lambda: Shear(x_factor=0), "augment.Shear.x_factor"),
        (lambda: Zoom((2, 1)), "augment.Zoom.factor"),
        (lambda: Brightness((1.2, 0.8)), "augment.Brightness.factor"),
        (lambda: Contrast((1.2, 0.8)), "augment.Contrast.factor"),
        (
            lambda: ColorJitter(brightness=0, contrast=0, saturation=0, hue=0),
            "augment.ColorJitter.brightness",
        ),
        (lambda: GaussianNoise((2, 1)), "augment.GaussianNoise.stddev"),
        (lambda: GaussianBlur((2, 1)), "augment.GaussianBlur.sigma"),
        (lambda: RandomErasing(area=(0.3, 0.1)), "augment.RandomErasing.area"),
        (lambda: RandomErasing(aspect=(2, 1)), "augment.RandomErasing.aspect"),
        (lambda: RandomErasing(fill=300), "augment.RandomErasing.fill"),
        (lambda: GridMask(cell=(0.5, 0.4)), "augment.GridMask.cell"),
        (lambda: CropAndResize(area=(1, 0.5)), "augment.CropAndResize.area"),
        (lambda: CropAndResize(size=(0, 5)), "augment.CropAndResize.size"),
    ],
)
def test_what_cannot_be_is_refused_without_keras(make, where):
    with pytest.raises(RecipeError) as caught:
        make()
    assert caught.value.where == where
