"""Affine warps against NumPy's own rotations and padding, and SciPy's interpolation."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.ndimage import affine_transform

from keras_recipes.augment import affine_maps, warp_images

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 7, 7, 3)).astype("float32")
WIDE = np.random.default_rng(1).integers(0, 256, (3, 5, 8, 2)).astype("float32")
NUMPY_MODES = {"reflect": "reflect", "constant": "constant", "nearest": "edge"}
compiled_warp = tf.function(warp_images, jit_compile=True)


@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_quarter_turns_are_exact(mode):
    maps = affine_maps((7, 7), degrees=[0.0, 90.0, 180.0, -90.0])
    turned = compiled_warp(IMAGES, maps, mode).numpy()
    np.testing.assert_array_equal(turned[0], IMAGES[0])
    for image, result, quarters in zip(IMAGES, turned, (0, 1, 2, 3), strict=True):
        np.testing.assert_allclose(result, np.rot90(image, quarters), atol=1e-3)


@pytest.mark.parametrize("mode", NUMPY_MODES)
def test_shifts_by_whole_pixels_are_exact(mode):
    # By more than the image too: mirrored again and again.
    for across, down in [(0, 0), (2, -1), (-3, 4), (-17, 12)]:
        result = compiled_warp(WIDE, affine_maps((5, 8), shift_x=across, shift_y=down), mode)
        margin = 20
        around = [(0, 0), (margin, margin), (margin, margin), (0, 0)]
        padded = np.pad(WIDE, around, mode=NUMPY_MODES[mode])
        top, left = margin - down, margin - across
        np.testing.assert_array_equal(result, padded[:, top : top + 5, left : left + 8])


def test_constant_is_the_fill_value():
    shifted = warp_images(WIDE, affine_maps((5, 8), shift_x=3.0), "constant", 9.0).numpy()
    assert np.all(shifted[:, :, :3] == 9)
    half = warp_images(WIDE, affine_maps((5, 8), shift_x=0.5), "constant", 9.0).numpy()
    np.testing.assert_allclose(half[:, :, 0], (WIDE[:, :, 0] + 9) / 2, rtol=1e-6)


def test_directions_of_shear_and_zoom():
    point = np.zeros((1, 9, 9, 1), "float32")
    point[0, 6, 6] = 255  # two below the centre and two right of it

    def place(**change):
        image = warp_images(point, affine_maps((9, 9), **change), "constant").numpy()[0, :, :, 0]
        return np.unravel_index(np.argmax(image), image.shape)

    assert place() == (6, 6)
    assert place(shear_x=1.0) == (6, 8)
    assert place(shear_y=0.5) == (7, 6)
    assert place(zoom_x=2.0, zoom_y=1.5) == (7, 8)
    assert place(zoom_x=0.5, zoom_y=0.5) == (5, 5)
    # Sheared before it is rotated, shifted last.
    assert place(shear_x=1.0, degrees=90.0, shift_y=1.0) == (1, 6)


def test_each_image_has_its_own_map_and_scipy_agrees():
    rng = np.random.default_rng(2)
    changes = {
        "degrees": rng.uniform(-180, 180, 3),
        "shear_x": rng.uniform(-0.5, 0.5, 3),
        "shear_y": rng.uniform(-0.5, 0.5, 3),
        "zoom_x": rng.uniform(0.5, 2, 3),
        "zoom_y": rng.uniform(0.5, 2, 3),
        "shift_x": rng.uniform(-3, 3, 3),
        "shift_y": rng.uniform(-3, 3, 3),
    }
    maps = affine_maps((5, 8), **changes)
    for mode, scipy_mode in [("reflect", "mirror"), ("nearest", "nearest")]:
        results = compiled_warp(WIDE, maps, mode).numpy()
        for image, result, numbers in zip(WIDE, results, maps.numpy(), strict=True):
            m0, m1, m2, m3, m4, m5 = numbers
            for channel in range(2):
                expected = affine_transform(
                    image[..., channel], [[m4, m3], [m1, m0]], (m5, m2), order=1, mode=scipy_mode
                )
                np.testing.assert_allclose(result[..., channel], expected, atol=2e-2)


def test_images_of_one_pixel():
    one = np.full((1, 1, 1, 1), 7, "float32")
    for mode, expected in [("reflect", 7), ("nearest", 7), ("constant", 0)]:
        assert warp_images(one, affine_maps((1, 1), shift_x=5.0), mode).numpy().item() == expected
