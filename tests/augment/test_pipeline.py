"""build_pipeline: same key, same bits; state, wrong types and wrong shapes refused by name."""

import hashlib
import subprocess
import sys

import keras
import keras_cv
import numpy as np
import pytest
import tensorflow as tf

from keras_recipes.augment import (
    CropAndResize,
    Cutout,
    Flip,
    PaddedCrop,
    build_pipeline,
    float32_policy,
    mixup,
)
from keras_recipes.errors import RecipeError

SHAPE, CLASSES, BATCH = (16, 16, 3), 10, 8
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (BATCH, *SHAPE)).astype("uint8")
LABELS = np.eye(CLASSES, dtype="float32")[RNG.integers(0, CLASSES, BATCH)]
LABELS_T = tf.constant(LABELS)


def build(layers, seed=0, batch_size=BATCH):
    return build_pipeline(
        layers, seed=seed, image_shape=SHAPE, num_classes=CLASSES, batch_size=batch_size
    )


def house_layers():
    return [PaddedCrop(2), Flip(), Cutout(4), mixup()]


def run(pipeline, steps=3, start=0, parallel=4):
    """Augmented images and labels of the steps, from a tf.data map."""
    steps = tf.data.Dataset.range(start, steps)

    def same_batch(step):
        return pipeline(IMAGES, tf.constant(LABELS), tf.constant(0, tf.int64), step)

    return [
        (images.numpy(), labels.numpy())
        for images, labels in steps.map(same_batch, num_parallel_calls=parallel)
    ]


def assert_same(first, second):
    assert len(first) == len(second)
    for batch, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(batch[0], other[0])
        np.testing.assert_array_equal(batch[1], other[1])


LAYERS = {
    "ours": house_layers,
    "cv_cutmix": lambda: [keras_cv.layers.CutMix()],
    "cv_translation": lambda: [keras_cv.layers.RandomTranslation(0.2, 0.2)],
    "cv_color_jitter": lambda: [keras_cv.layers.RandomColorJitter((0, 255), 0.3, 0.3, 0.3, 0.3)],
    "cv_grid_mask": lambda: [keras_cv.layers.GridMask()],
    "cv_random_apply": lambda: [
        keras_cv.layers.RandomApply(keras_cv.layers.RandomHue(0.5, (0, 255)))
    ],
    "cv_rand_augment": lambda: [
        keras_cv.layers.RandAugment((0, 255), augmentations_per_image=1, geometric=False)
    ],
    "keras_flip": lambda: [keras.layers.RandomFlip()],
    "keras_rotation": lambda: [keras.layers.RandomRotation(0.2)],
    "keras_erasing": lambda: [keras.layers.RandomErasing((0.9, 0.9))],
    "keras_brightness": lambda: [keras.layers.RandomBrightness(0.3)],
    "keras_aug_mix": lambda: [keras.layers.AugMix(num_chains=1, chain_depth=2)],
}


@pytest.mark.parametrize("name", LAYERS)
def test_same_bits_in_parallel_and_from_any_step(name):
    missing = {"keras_erasing": "RandomErasing", "keras_aug_mix": "AugMix"}.get(name, "Layer")
    if not hasattr(keras.layers, missing):
        pytest.skip(f"this Keras has no {missing}")
    # That it is built at all means that the audit found no state.
    pipeline = build(LAYERS[name]())
    serial = run(pipeline, parallel=1)
    assert_same(run(pipeline, start=1, parallel=4), serial[1:])
    assert len({images.tobytes() for images, _ in serial}) > 1
    for images, labels in serial:
        assert images.dtype == labels.dtype == np.float32
        assert images.min() >= 0
        assert 2 < images.max() <= 255
        np.testing.assert_allclose(labels.sum(1), 1, atol=1e-5)


def test_seed_epoch_and_step_all_count():
    layers = [PaddedCrop(2), mixup()]
    pipeline, other_seed = build(layers), build(layers, seed=1)
    results = [
        pipeline(IMAGES, LABELS_T, tf.constant(epoch, tf.int64), tf.constant(step, tf.int64))
        for epoch, step in [(0, 0), (0, 1), (1, 0), (1, 1)]
    ]
    results.append(other_seed(IMAGES, LABELS_T, 0, 0))
    assert len({images.numpy().tobytes() for images, _ in results}) == 5
    again = build([PaddedCrop(2), mixup()])(IMAGES, LABELS_T, 0, 0)
    np.testing.assert_array_equal(again[0], results[0][0])


def test_images_of_a_batch_differ():
    same = np.repeat(IMAGES[:1], BATCH, axis=0)
    for layer in house_layers()[:3]:
        images, _ = build([layer])(same, LABELS_T, 0, 0)
        distinct = {image.tobytes() for image in images.numpy()}
        # A flip has two outcomes, and this seed shows both.
        assert len(distinct) >= (2 if isinstance(layer, Flip) else 4)


def test_uint8_and_float32_images_give_the_same():
    pipeline = build(house_layers())
    assert_same(
        [[t.numpy() for t in pipeline(IMAGES, LABELS_T, 0, 0)]],
        [[t.numpy() for t in pipeline(IMAGES.astype("float32"), LABELS_T, 0, 0)]],
    )


def test_a_later_layer_changes_no_earlier_draw():
    def black_out(batch):
        return {**batch, "images": tf.zeros_like(batch["images"])}

    shares = [run(build([mixup(), *later]))[0][1] for later in ([], [black_out])]
    np.testing.assert_array_equal(*shares)
    # The same layer at another place draws otherwise.
    assert np.any(run(build([Flip(), mixup()]))[0][1] != shares[0])


def one_by_one(layers):
    """The same layers, which the pipeline takes for functions and doesn't compile together."""
    return [lambda batch, layer=layer: layer(batch) for layer in layers]


def test_neighbours_compiled_together_do_as_each_alone():
    layers = [PaddedCrop(2), Flip(), Cutout(4), CropAndResize(size=(8, 12)), mixup(), Flip()]
    together, alone = run(build(layers)), run(build(one_by_one(layers)))
    for batch, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(batch[0], other[0], atol=1e-3)
        np.testing.assert_array_equal(batch[1], other[1])


def test_neighbours_are_one_compiled_function():
    def compiled(layers):
        pipeline = build(layers)
        graph = tf.function(lambda: pipeline(IMAGES, LABELS_T, 0, 0)).get_concrete_function().graph
        calls = [op for op in graph.get_operations() if "_XlaMustCompile" in op.node_def.attr]
        return sum(op.get_attr("_XlaMustCompile") for op in calls)

    three = [PaddedCrop(2), Flip(), Cutout(4)]
    assert compiled(three) == 1
    assert compiled([*three, mixup(), Flip(), Cutout(4)]) == 2


def test_no_layers_only_cast():
    ((images, labels),) = run(build([]), steps=1)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)


def test_batches_of_different_sizes():
    pipeline = build(house_layers(), batch_size=None)
    for size in (8, 3):
        images, labels = pipeline(IMAGES[:size], LABELS_T[:size], 0, 0)
        assert images.shape == (size, *SHAPE)
        assert labels.shape == (size, CLASSES)


def test_dataset_keeps_static_shapes():
    dataset = tf.data.Dataset.from_tensors((IMAGES, LABELS, np.int64(0), np.int64(0)))
    images, labels = dataset.map(build([keras_cv.layers.GridMask()])).element_spec
    assert images == tf.TensorSpec((BATCH, *SHAPE), tf.float32)
    assert labels == tf.TensorSpec((BATCH, CLASSES), tf.float32)


def test_layers_that_change_the_size():
    def lose_shape(batch):
        images = batch["images"]
        return {**batch, "images": tf.reshape(images, tf.concat([tf.shape(images)], 0))}

    pipeline = build([Flip(), CropAndResize(size=(8, 12)), PaddedCrop(1), lose_shape])
    assert pipeline.image_shape == (8, 12, 3)
    for images, labels in run(pipeline):
        assert images.shape == (BATCH, 8, 12, 3)
        np.testing.assert_array_equal(labels, LABELS)


def test_a_layer_made_for_the_shape_that_reaches_it():
    pipeline = build([CropAndResize(size=(8, 8))])
    longer = pipeline.then(Cutout(min(pipeline.image_shape[:2])))
    assert_same(run(longer), run(build([CropAndResize(size=(8, 8)), Cutout(8)])))
    assert len(run(pipeline)) == 3


PROGRAM = """
import sys
sys.path[:0] = {paths!r}
import test_pipeline as here
print("digest", here.digest())
"""


def digest():
    """Hash of what the house's layers and one of Keras make of a batch."""
    layers = [*house_layers(), keras.layers.RandomRotation(0.2)]
    return hashlib.sha256(
        b"".join(i.tobytes() + k.tobytes() for i, k in run(build(layers)))
    ).hexdigest()


def test_another_process_gives_the_same_bits(request):
    paths = [str(request.path.parent), str(request.config.rootpath)]
    program = PROGRAM.format(paths=paths)
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert f"digest {digest()}" in finished.stdout


@pytest.fixture
def mixed_bfloat16():
    outer = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(outer)


@pytest.mark.usefixtures("mixed_bfloat16")
def test_mixed_precision_changes_nothing():
    mixed = run(build(house_layers()))
    keras.config.set_dtype_policy("float32")
    assert_same(run(build(house_layers())), mixed)


@pytest.mark.usefixtures("mixed_bfloat16")
def test_layers_built_in_mixed_precision_are_refused():
    flawed = keras_cv.layers.RandomApply(keras_cv.layers.RandomFlip(), dtype="float32")
    with pytest.raises(RecipeError, match=r"augment\.0 \(RandomApply\).*bfloat16 in RandomFlip"):
        build([flawed])
    with float32_policy():
        keras_cv.layers.RandomApply(keras_cv.layers.RandomFlip())
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


def test_the_policy_is_restored_after_an_exception(mixed_bfloat16):
    with pytest.raises(ZeroDivisionError), float32_policy():
        raise ZeroDivisionError
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


class OwnGenerator(keras.layers.Layer):
    """Reads a tf.random.Generator's state itself, where no key reaches."""

    def __init__(self):
        super().__init__()
        self.generator = tf.random.Generator.from_seed(1)

    def call(self, inputs):
        seed = tf.cast(self.generator.state[:2], tf.int32)
        noise = tf.random.stateless_uniform(SHAPE, seed)
        return {**inputs, "images": inputs["images"] * noise}


def times_a_random_number(images):
    return images * np.float32(np.random.rand())


class NumpyNoise(keras.layers.Layer):
    """Draws in NumPy, and tells TensorFlow that it has no state."""

    def call(self, inputs):
        images = inputs["images"]
        noisy = tf.numpy_function(times_a_random_number, [images], tf.float32, stateful=False)
        return {**inputs, "images": tf.ensure_shape(noisy, images.shape)}


class Binomial(keras.layers.Layer):
    """Draws what we do not replace."""

    def call(self, inputs):
        flips = tf.random.get_global_generator().binomial([BATCH], [1.0], [0.5])
        return {
            **inputs,
            "images": inputs["images"] * tf.reshape(tf.cast(flips, tf.float32), [-1, 1, 1, 1]),
        }


def autograph_loop(batch):
    images = batch["images"]
    for _ in tf.range(3):
        images += tf.random.uniform([])
    return {**batch, "images": images}


def with_entry(name, change):
    return lambda batch: {**batch, name: change(batch[name])}


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (OwnGenerator, r"augment\.1 \(OwnGenerator\) must draw .*ReadVariableOp"),
        (NumpyNoise, r"augment\.1 \(NumpyNoise\) must draw .*PyFuncStateless"),
        (Binomial, r"augment\.1 \(Binomial\) must draw .*StatefulRandomBinomial"),
        (
            lambda: autograph_loop,
            r"augment\.1 \(autograph_loop\) cannot be traced.*every iteration",
        ),
        (lambda: with_entry("images", lambda x: x[..., 1:]), r"augment\.1.* keep the images"),
        (lambda: with_entry("images", lambda x: x[1:]), r"augment\.1.* keep the images"),
        (lambda: with_entry("images", lambda x: tf.cast(x, tf.uint8)), r"images.*got uint8"),
        (lambda: with_entry("labels", lambda y: y[:, :-1]), r"augment\.1.* keep the labels"),
        (lambda: with_entry("labels", lambda y: tf.argmax(y, 1)), r"labels.*got int64"),
        (lambda: lambda batch: batch["images"], r"augment\.1 .* return a dict"),
        (lambda: lambda batch: {"images": batch["images"]}, r"augment\.1 .* return a dict"),
        (lambda: 3, r"augment\.1 \(int\) must be a layer"),
    ],
)
def test_layers_that_break_the_rules_are_refused_by_name(layer, message):
    original = tf.random.uniform
    with pytest.raises(RecipeError, match="(?s)" + message):
        build([Flip(), layer()])
    assert tf.random.uniform is original


def test_layers_augment_though_they_default_to_inference():
    class Noise(keras.layers.Layer):
        def call(self, inputs, training=False):
            shift = tf.random.uniform([BATCH, 1, 1, 1]) if training else 0.0
            return {**inputs, "images": inputs["images"] * 0.5 + shift}

    images, _ = build([Noise()])(IMAGES, LABELS_T, 0, 0)
    assert np.any(images.numpy() != IMAGES * 0.5)


@pytest.mark.parametrize(
    ("images", "labels", "where"),
    [
        (IMAGES, np.argmax(LABELS, 1), "labels"),
        (IMAGES, LABELS.astype("int32"), "labels"),
        (IMAGES, LABELS.astype("float64"), "labels"),
        (IMAGES.astype("int32"), LABELS, "images"),
        (IMAGES.astype("float16"), LABELS, "images"),
    ],
)
def test_batches_of_other_types_are_refused(images, labels, where):
    with pytest.raises(RecipeError) as caught:
        build([])(tf.constant(images), tf.constant(labels), 0, 0)
    assert caught.value.where == where


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5, None, True])
def test_wrong_seeds_are_refused(seed):
    with pytest.raises(RecipeError) as caught:
        build([], seed=seed)
    assert caught.value.where == "seed"
