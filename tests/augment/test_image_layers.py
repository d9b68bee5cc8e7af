"""Our own layers: what each does at settings worked by hand, and what all have in common."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from scipy.ndimage import gaussian_filter

from keras_recipes.augment import (
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
    RandAugment,
    RandomErasing,
    Rotation,
    Shear,
    Translation,
    Zoom,
    build_pipeline,
)
from keras_recipes.augment.crop_and_resize import resize_boxes
from keras_recipes.errors import RecipeError

IMAGES = np.random.default_rng(0).integers(0, 256, (8, 12, 10, 3)).astype("uint8")
LABELS = np.eye(8, dtype="float32")
LAYERS = {
    "brightness": Brightness,
    "color_jitter": ColorJitter,
    "contrast": Contrast,
    "crop_and_resize": CropAndResize,
    "cutout": lambda **options: Cutout(4, **options),
    "flip": Flip,
    "gaussian_blur": GaussianBlur,
    "gaussian_noise": lambda **options: GaussianNoise((5, 20), **options),
    "grayscale": lambda **options: Grayscale(**{"probability": 0.5, **options}),
    "grid_mask": lambda **options: GridMask(degrees=20, **options),
    "padded_crop": PaddedCrop,
    "random_erasing": lambda **options: RandomErasing(probability=1.0, **options),
    "rotation": Rotation,
    "shear": lambda **options: Shear(y_factor=0.2, **options),
    "translation": lambda **options: Translation(0.3, 0.3, **options),
    "zoom": Zoom,
}


@pytest.mark.parametrize("name", LAYERS)
def test_what_all_layers_promise(name):
    # One image again and again, so that results differ by the draws alone.
    same = np.repeat(IMAGES[:1], 8, axis=0)
    # That it is built means that no stateful operation is left.
    pipeline = build_pipeline(
        [LAYERS[name]()], seed=0, image_shape=(12, 10, 3), num_classes=8, batch_size=8
    )
    steps = tf.data.Dataset.range(6)
    runs = [
        list(steps.map(lambda step: pipeline(same, LABELS, 0, step), num_parallel_calls=parallel))
        for parallel in (1, 4)
    ]
    for (images, labels), (again, _) in zip(*runs, strict=True):
        np.testing.assert_array_equal(images, again)
        np.testing.assert_array_equal(labels, LABELS)
        assert images.dtype == tf.float32
        assert images.shape == (8, 12, 10, 3)
        assert images.numpy().min() >= 0
        assert 2 < images.numpy().max() <= 255
        several = 2 if name in ("flip", "grayscale") else 5
        assert len({image.tobytes() for image in images.numpy()}) >= several
    assert len({images.numpy().tobytes() for images, _ in runs[0]}) == 6


def test_seed_and_config_of_a_plain_layer():
    for name, make in LAYERS.items():
        layer = make(seed=3)
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config(), name
        assert layer.compute_output_shape((None, 12, 10, 3)) == (None, 12, 10, 3)
    first, second = Rotation(40, seed=3), Rotation(40, seed=3)
    one = first(IMAGES).numpy()
    np.testing.assert_array_equal(one, second(IMAGES))
    assert np.any(one != Rotation(40, seed=4)(IMAGES))
    # In a dict, beside entries that it leaves alone.
    outputs = second({"images": IMAGES, "ids": tf.constant(2**40)})
    assert np.any(outputs["images"] != one)
    assert int(outputs["ids"]) == 2**40


@pytest.mark.parametrize("layer", [Flip, RandAugment])
def test_other_entries_pass_untouched(layer):
    others = {
        "weights": tf.constant([0.1, 0.2], tf.float64),
        "ids": tf.constant([2**40, 1]),
        "names": tf.constant(["a", "b"]),
    }
    result = layer()({"images": IMAGES[:2], **others})
    assert result["images"].dtype == tf.float32
    for name, before in others.items():
        assert result[name].dtype == before.dtype
        np.testing.assert_array_equal(result[name], before)


def test_probability_is_the_share_of_images_changed():
    images = np.full((4000, 4, 4, 1), 100, "float32")
    changed = Brightness(factor=(0.5, 0.5), probability=0.3, seed=1)(images).numpy()
    assert set(np.unique(changed)) == {50, 100}
    assert np.mean(changed[:, 0, 0, 0] == 50) == pytest.approx(0.3, abs=0.03)


def test_mixed_precision_changes_nothing():
    plain = Rotation(40, seed=3)(IMAGES).numpy()
    outer = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = Rotation(40, seed=3)(IMAGES).numpy()
    finally:
        keras.config.set_dtype_policy(outer)
    np.testing.assert_array_equal(mixed, plain)


def measured(layer, uniform, images=IMAGES):
    """What `change` makes of images if all draw the same numbers."""
    images = tf.constant(images, tf.float32)
    drawn = tf.tile(tf.constant([uniform], tf.float32), [len(images), 1])
    return layer.change(images, drawn, *layer.draw_more(tuple(images.shape))).numpy()


def test_warps_at_their_bounds():
    square = IMAGES[:, :10].astype("float32")
    np.testing.assert_allclose(
        measured(Rotation(90), [0.0], square), np.rot90(square, -1, (1, 2)), atol=1e-3
    )
    down_left = measured(Translation(0.2, 0.1, mode="constant", fill=9), [1.0, 0.0], square)
    np.testing.assert_allclose(down_left[:, 2:, :-1], square[:, :-2, 1:], atol=1e-3)
    assert np.all(down_left[:, :2] == 9)
    assert np.all(down_left[:, :, -1] == 9)
    twice = measured(Zoom((0.5, 2.0), mode="nearest"), [1.0], square)
    np.testing.assert_allclose(twice[:, 5, 5], measured(Zoom((2, 2)), [0.3], square)[:, 5, 5])
    # Half a pixel off the middle stays a quarter of one off.
    near, far = square[:, 5, 5], square[:, 4, 4]
    mixed = 0.75 * 0.75 * near + 0.25 * 0.25 * far + 0.1875 * (square[:, 4, 5] + square[:, 5, 4])
    np.testing.assert_allclose(twice[:, 5, 5], mixed, atol=1e-3)
    for layer in (Rotation(90), Translation(0.2, 0.2), Shear(0.5, 0.5), Zoom((0.5, 2.0))):
        # The middle of every range changes nothing.
        np.testing.assert_allclose(measured(layer, [0.5, 0.5]), IMAGES, atol=1e-3)


def test_colours_at_their_bounds():
    images = IMAGES.astype("float32")
    np.testing.assert_array_equal(measured(Brightness((0.5, 2)), [0.0]), images * 0.5)
    np.testing.assert_array_equal(
        measured(Brightness((0.5, 2)), [1.0]), np.clip(images * 2, 0, 255)
    )
    assert np.ptp(measured(Contrast((0, 1)), [0.0]), axis=(1, 2, 3)).max() < 0.01
    np.testing.assert_array_equal(measured(Contrast((0, 1)), [1.0]), images)
    np.testing.assert_allclose(measured(ColorJitter(), [0.5] * 4), images, atol=1e-3)
    grey = measured(ColorJitter(0, 0, 1, 0), [0.5, 0.5, 0.0, 0.5])
    assert np.ptp(grey, axis=3).max() < 1e-3
    np.testing.assert_allclose(measured(Grayscale(), []), grey, atol=1e-3)
    complement = measured(ColorJitter(0, 0, 0, 0.5), [0.5, 0.5, 0.5, 1.0])
    expected = images.max(3, keepdims=True) + images.min(3, keepdims=True) - images
    np.testing.assert_allclose(complement, expected, atol=1e-2)


def test_noise_is_normal_and_of_the_strength_drawn():
    grey = np.full((4, 128, 128, 3), 128, "float32")
    noise = GaussianNoise((0, 20), seed=1)
    added = measured(noise, [0.5], grey) - 128
    assert added.std() == pytest.approx(10, rel=0.01)
    assert abs(added.mean()) < 0.1
    for sigmas, share in [(1, 0.3173), (2, 0.0455), (3, 0.0027)]:
        assert np.mean(np.abs(added) > 10 * sigmas) == pytest.approx(share, rel=0.1)
    assert abs(np.corrcoef(added[0].ravel(), added[1].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(added[..., :-1, 0].ravel(), added[..., :-1, 1].ravel())[0, 1]) < 0.02
    np.testing.assert_array_equal(measured(noise, [0.0], grey), grey)


def test_blur_is_scipys():
    blurred = measured(GaussianBlur((0.5, 1.5)), [1.0])
    for image, result in zip(IMAGES, blurred, strict=True):
        # Truncated where ours ends: 5 pixels.
        expected = gaussian_filter(
            image.astype("float32"), (1.5, 1.5, 0), mode="mirror", truncate=5 / 1.5
        )
        np.testing.assert_allclose(result, expected, atol=1e-2)
    np.testing.assert_allclose(measured(GaussianBlur((0.1, 1.5)), [0.0]), IMAGES, atol=1e-3)


def holes(layer, size, count=2000):
    return layer(np.zeros((count, *size, 1), "float32")).numpy()[..., 0] > 0


def test_erased_rectangles():
    layer = RandomErasing(area=(0.1, 0.3), aspect=(0.5, 2), fill=200, probability=1.0, seed=1)
    erased = holes(layer, (30, 40))
    heights, widths = erased.any(2).sum(1), erased.any(1).sum(1)
    areas = erased.sum((1, 2))
    np.testing.assert_array_equal(areas, heights * widths)
    assert areas.min() == pytest.approx(0.1 * 1200, rel=0.1)
    assert areas.max() == pytest.approx(0.3 * 1200, rel=0.1)
    assert areas.mean() == pytest.approx(0.2 * 1200, rel=0.03)
    assert (widths / heights).min() == pytest.approx(0.5, rel=0.15)
    assert (widths / heights).max() == pytest.approx(2, rel=0.15)
    assert np.mean(widths > heights) == pytest.approx(0.5, abs=0.06)
    assert erased.mean(0).min() > 0
    # As likely at one end as at the other.
    np.testing.assert_allclose(erased.mean(0), erased.mean(0)[::-1, ::-1], atol=0.06)


def test_boxes_of_extreme_proportions_keep_their_area():
    layer = RandomErasing(area=(0.5, 0.5), aspect=(0.01, 100), fill=1, probability=1.0, seed=1)
    areas = holes(layer, (30, 40), 500).sum((1, 2))
    assert areas.min() > 0.47 * 1200
    assert areas.max() < 0.53 * 1200


def test_erasing_by_noise_and_by_chance():
    images = np.full((400, 8, 8, 3), 300, "float32")  # a value that noise hasn't
    erased = RandomErasing(area=(1, 1), aspect=(1, 1), seed=1)(images).numpy()
    changed = erased[:, 0, 0, 0] != 300
    assert changed.mean() == pytest.approx(0.5, abs=0.1)
    values = erased[changed]
    np.testing.assert_array_equal(np.unique(values), np.arange(256))
    assert values.std() == pytest.approx(73.9, abs=1)
    assert np.ptp(values, axis=3).min() >= 0
    assert len(np.unique(values[0])) > 50


def test_grid_mask_covers_its_share_in_squares():
    layer = GridMask(cell=(0.25, 0.25), hole=0.5, fill=9, seed=1)
    covered = holes(layer, (32, 48), 200)
    # Cells of eight pixels, four of them covered, twelve times.
    np.testing.assert_array_equal(covered.sum((1, 2)), 4 * 6 * 16)
    assert covered.mean(0).min() > 0.1
    turned = holes(GridMask(cell=(0.25, 0.25), degrees=45, fill=9, seed=1), (32, 32), 200)
    assert turned.mean() == pytest.approx(0.25, abs=0.02)
    assert len({mask.tobytes() for mask in turned}) == 200
    small = holes(GridMask(cell=(0.5, 1.0), hole=0.2, fill=9, seed=1), (32, 32), 200)
    assert small.mean() == pytest.approx(0.04, abs=0.005)


def test_boxes_are_resized_as_tensorflow_and_pillow_do():
    images = np.random.default_rng(1).integers(0, 256, (4, 40, 30, 3)).astype("uint8")
    boxes = np.array([[0, 0, 40, 30], [5, 2, 9, 27], [17, 20, 1, 1], [3, 1, 12, 12]], "int32")
    resize = tf.function(resize_boxes, jit_compile=True)
    results = resize(images.astype("float32"), tuple(boxes.T), (12, 12)).numpy()
    for image, (top, left, height, width), result in zip(images, boxes, results, strict=True):
        box = image[top : top + height, left : left + width]
        expected = tf.image.resize(box, (12, 12), antialias=True)
        np.testing.assert_allclose(result, expected, atol=1e-2)
        pillow = Image.fromarray(box).resize((12, 12), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(result, np.asarray(pillow), atol=1.5)
    np.testing.assert_array_equal(results[3], images[3, 3:15, 1:13])


def test_crops_show_parts_of_all_sizes():
    # Every pixel tells its row and column.
    rows, columns = np.mgrid[:100, :80].astype("float32")
    images = np.repeat(np.stack([rows, columns], -1)[np.newaxis], 1000, axis=0)
    crops = CropAndResize(size=(20, 20), area=(0.2, 0.5), seed=1)(images).numpy()
    assert crops.shape == (1000, 20, 20, 2)
    spans = crops[:, -1, -1] - crops[:, 0, 0]  # 19 of 20 parts of a side
    heights, widths = spans.T * 20 / 19
    areas = heights * widths / 8000
    assert areas.min() == pytest.approx(0.2, rel=0.1)
    assert areas.max() == pytest.approx(0.5, rel=0.1)
    assert (widths / heights).min() == pytest.approx(3 / 4, rel=0.1)
    assert (widths / heights).max() == pytest.approx(4 / 3, rel=0.1)
    assert crops[:, 0, 0, 0].min() < 3
    assert crops[:, -1, -1, 0].max() > 96


@pytest.mark.parametrize(
    ("make", "where"),
    [
        (lambda: Rotation(0), "Rotation.degrees"),
        (lambda: Rotation("15"), "Rotation.degrees"),
        (lambda: Rotation(mode="wrap"), "Rotation.mode"),
        (lambda: Rotation(fill=3), "Rotation.fill"),
        (lambda: Rotation(mode="constant", fill=256), "Rotation.fill"),
        (lambda: Rotation(probability=0), "Rotation.probability"),
        (lambda: Translation(0, 0), "Translation.height"),
        (lambda: Translation(1.5), "Translation.height"),
        (lambda: Shear(1.0), "Shear.x_factor"),
        (lambda: Shear(0, 0), "Shear.x_factor"),
        (lambda: Zoom((0, 2)), "Zoom.factor"),
        (lambda: Zoom((2, 1)), "Zoom.factor"),
        (lambda: Brightness(0.5), "Brightness.factor"),
        (lambda: Contrast((-1, 1)), "Contrast.factor"),
        (lambda: Contrast()(np.zeros((1, 2, 2, 2))), "Contrast"),
        (lambda: ColorJitter(hue=0.6), "ColorJitter.hue"),
        (lambda: ColorJitter(0, 0, 0, 0), "ColorJitter.brightness"),
        (lambda: ColorJitter()(np.zeros((1, 2, 2, 4))), "ColorJitter"),
        (lambda: GaussianNoise((0, float("nan"))), "GaussianNoise.stddev"),
        (lambda: GaussianBlur((0, 1)), "GaussianBlur.sigma"),
        (lambda: GaussianBlur((1, 4))(IMAGES), "GaussianBlur.sigma"),
        (lambda: RandomErasing(fill="grey"), "RandomErasing.fill"),
        (lambda: RandomErasing(area=(0, 0.1)), "RandomErasing.area"),
        (lambda: GridMask(hole=1), "GridMask.hole"),
        (lambda: GridMask(cell=(0.5, 1.5)), "GridMask.cell"),
        (lambda: CropAndResize(224), "CropAndResize.size"),
        (lambda: CropAndResize((0, 8)), "CropAndResize.size"),
        (lambda: CropAndResize(probability=0.5), "CropAndResize.probability"),
        (lambda: Rotation()(IMAGES[0]), "Rotation"),
    ],
)
def test_what_cannot_be_is_refused(make, where):
    with pytest.raises(RecipeError) as caught:
        make()
    assert caught.value.where == where
