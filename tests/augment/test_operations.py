"""Each operation of RandAugment and AugMix against Pillow's, on a photograph."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance, ImageOps
from sklearn.datasets import load_sample_image

from keras_recipes.augment.operations import OPERATIONS, Ranges, operate

# A flower, 64 wide and 48 high.
PHOTOGRAPH = Image.fromarray(load_sample_image("flower.jpg")).resize((64, 48))
GREY = (128, 128, 128)


def affine(image, *coefficients):
    return image.transform(image.size, Image.AFFINE, coefficients, Image.NEAREST, fillcolor=GREY)


def by_pillow(image, name, strength, sign):
    amount = strength * sign
    factor = 1 + 0.9 * amount
    return {
        "identity": lambda: image,
        "auto_contrast": lambda: ImageOps.autocontrast(image),
        "equalize": lambda: ImageOps.equalize(image),
        "invert": lambda: ImageOps.invert(image),
        "rotate": lambda: image.rotate(30 * amount, Image.NEAREST, fillcolor=GREY),
        "solarize": lambda: ImageOps.solarize(image, 256 * (1 - strength)),
        "posterize": lambda: ImageOps.posterize(image, 8 - round(4 * strength)),
        "color": lambda: ImageEnhance.Color(image).enhance(factor),
        "contrast": lambda: ImageEnhance.Contrast(image).enhance(factor),
        "brightness": lambda: ImageEnhance.Brightness(image).enhance(factor),
        "sharpness": lambda: ImageEnhance.Sharpness(image).enhance(factor),
        "shear_x": lambda: affine(image, 1, 0.3 * amount, 0, 0, 1, 0),
        "shear_y": lambda: affine(image, 1, 0, 0, 0.3 * amount, 1, 0),
        "translate_x": lambda: affine(image, 1, 0, 0.45 * 64 * amount, 0, 1, 0),
        "translate_y": lambda: affine(image, 1, 0, 0, 0, 1, 0.45 * 48 * amount),
    }[name]()


def by_us(images, chosen, strengths, signs, operations=OPERATIONS, **options):
    """One operation on each image."""
    settings = [
        tf.constant(each, dtype)[:, tf.newaxis]
        for each, dtype in ((chosen, tf.int32), (strengths, tf.float32), (signs, tf.float32))
    ]

    @tf.function(jit_compile=True)
    def changed(images, *settings):
        return tf.map_fn(
            lambda each: operate(*each, operations, **options),
            (images, *settings),
            fn_output_signature=tf.uint8,
        )

    return changed(tf.constant(np.asarray(images, "float32")), *settings).numpy().astype("float32")


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.9, 1.0])
def test_a_batch_of_all_operations_is_as_pillow_does_them(strength):
    count = len(OPERATIONS)
    both = [(n, sign) for sign in (1, -1) for n in range(count)]
    chosen, signs = zip(*both, strict=True)
    images = np.repeat(np.asarray(PHOTOGRAPH)[None], len(both), axis=0)
    results = by_us(images, chosen, [strength] * len(both), signs)
    assert results.min() >= 0
    assert results.max() <= 255
    for (n, sign), result in zip(both, results, strict=True):
        name = OPERATIONS[n]
        expected = np.asarray(by_pillow(PHOTOGRAPH, name, strength, sign), "float32")
        # Pillow drops what is behind the point, of the grey or smooth image too.
        rounding = {"color": 2, "sharpness": 2, "contrast": 1, "brightness": 1, "auto_contrast": 1}
        worst = np.abs(result - expected).max()
        assert worst <= rounding.get(name, 0), f"{name} {sign}: {worst}"
        if strength == 0 and name not in ("auto_contrast", "equalize", "invert"):
            np.testing.assert_array_equal(result, images[0], name)


def test_each_image_gets_its_own():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (60, 10, 8, 3))
    chosen = rng.integers(0, len(OPERATIONS), 60)
    strengths, signs = rng.uniform(size=60), rng.choice([-1, 1], 60)
    together = by_us(images, chosen, strengths, signs)
    for n in range(0, 60, 7):
        alone = by_us(images[n : n + 1], chosen[n : n + 1], strengths[n : n + 1], signs[n : n + 1])
        np.testing.assert_allclose(together[n], alone[0], atol=1e-3)


def test_grey_images():
    image = PHOTOGRAPH.convert("L")
    names = ("equalize", "contrast", "color", "rotate", "sharpness")
    results = by_us([np.asarray(image)[..., None]] * 5, range(5), [0.9] * 5, [1] * 5, names)
    grey = {"equalize": ImageOps.equalize(image), "color": image}
    grey["contrast"] = ImageEnhance.Contrast(image).enhance(1.81)
    grey["rotate"] = image.rotate(27, Image.NEAREST, fillcolor=128)
    grey["sharpness"] = ImageEnhance.Sharpness(image).enhance(1.81)
    for name, result in zip(names, results, strict=True):
        assert np.abs(result[..., 0] - np.asarray(grey[name], "float32")).max() <= 2, name


def test_an_image_of_one_value_stays_under_equalize_and_auto_contrast():
    flat = np.full((2, 6, 6, 3), 77)
    results = by_us(flat, [0, 1], [1, 1], [1, 1], ("equalize", "auto_contrast"))
    np.testing.assert_array_equal(results, flat)


@pytest.mark.parametrize("height", [5, 37])
def test_tones_of_all_pixels_whatever_the_height(height):
    image = PHOTOGRAPH.resize((20, height))
    names = ("auto_contrast", "contrast", "equalize")
    results = by_us([np.asarray(image)] * 3, range(3), [0.9] * 3, [1] * 3, names)
    for name, result in zip(names, results, strict=True):
        expected = np.asarray(by_pillow(image, name, 0.9, 1), "float32")
        assert np.abs(result - expected).max() <= 1, name


def test_fill_and_ranges():
    black = np.zeros((1, 8, 8, 1))
    moved = by_us(black, [0], [1], [1], ("translate_x",), fill=9.0, ranges=Ranges(translation=0.5))
    np.testing.assert_array_equal(moved[0, 0, :, 0], [0] * 4 + [9] * 4)
    dark = by_us(
        np.full((1, 4, 4, 1), 200), [0], [1], [1], ("posterize",), ranges=Ranges(bits=(4, 0))
    )
    assert dark.max() == 0
