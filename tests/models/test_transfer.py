"""A published backbone goes in as the library built it, and stays so; its statistics don't move."""

import keras
import numpy as np
import pytest
from published import settle, small_mobilenet

from keras_recipes import RecipeError
from keras_recipes.backbones import BACKBONES
from keras_recipes.models import preprocess_for, set_trainable, transfer
from keras_recipes.models.transfer import published_backbone

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (8, 32, 32, 3)).astype("uint8")
LABELS = np.arange(8) % 3
SMALLEST = {
    "ConvNeXtTiny": 32, "DenseNet121": 32, "EfficientNetB0": 32, "EfficientNetV2B0": 32,
    "InceptionV3": 75, "InceptionResNetV2": 75, "MobileNet": 32, "MobileNetV2": 32,
    "MobileNetV3Small": 32, "NASNetMobile": 32, "ResNet50": 32, "ResNet50V2": 32, "VGG16": 32,
    "Xception": 71,
}  # fmt: skip
"""The smallest member of each family, and the smallest side that the library lets it have."""
QUICK = {"MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ResNet50"}


def backbone_of(model):
    return next(each for each in model.layers if isinstance(each, keras.Model))


def train(model, trainable, statistics="inference", steps=3):
    set_trainable(model, trainable, batch_normalization=statistics)
    model.compile(
        keras.optimizers.SGD(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    model.fit(IMAGES, LABELS, epochs=steps, verbose=0)


def require_the_librarys(model, reference):
    """Layers, their order, settings, connections and shapes are those of the library's own."""
    inside = backbone_of(model)
    assert [type(each) for each in inside.layers] == [type(each) for each in reference.layers]
    assert [each.shape for each in inside.weights] == [each.shape for each in reference.weights]
    for ours, librarys in zip(inside.layers, reference.layers, strict=True):
        one, other = ours.get_config(), librarys.get_config()
        for config in (one, other):  # which no choice of what trains is
            config.pop("trainable", None)
        assert _without_names(one) == _without_names(other), ours.name


def _without_names(value):
    if isinstance(value, dict):
        return {key: _without_names(each) for key, each in value.items() if key != "name"}
    if isinstance(value, list | tuple):
        return [_without_names(each) for each in value]
    return value


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in sorted(SMALLEST)
    ],
)
def test_the_smallest_of_each_family_is_the_librarys_and_takes_raw_images(name, tmp_path):
    side = SMALLEST[name]
    keras.utils.clear_session()
    model = transfer((side, side, 3), 3, name, weights=None)
    keras.utils.clear_session()
    reference = getattr(keras.applications, name)(
        include_top=False, weights=None, input_shape=(side, side, 3)
    )
    require_the_librarys(model, reference)
    reference.set_weights(backbone_of(model).get_weights())
    images = RNG.integers(0, 256, (2, side, side, 3)).astype("uint8")
    wanted = np.array(reference(preprocess_for(name, images), training=False)).mean(axis=(1, 2))
    head = model.get_layer("logits")
    wanted = wanted @ np.array(head.kernel) + np.array(head.bias)
    np.testing.assert_allclose(model.predict(images, verbose=0), wanted, rtol=1e-3, atol=1e-4)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(
        loaded.predict(images, verbose=0), model.predict(images, verbose=0), rtol=1e-5, atol=1e-6
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(BACKBONES) - set(SMALLEST)))
def test_the_rest_can_be_built(name):
    if "XLarge" in name or name in ("EfficientNetB7", "EfficientNetV2L", "NASNetLarge"):
        pytest.skip("takes more memory than a test should")
    keras.utils.clear_session()
    assert transfer((96, 96, 3), 3, name, weights=None).output_shape == (None, 3)


@pytest.mark.parametrize("trainable", ["head", "all"])
def test_statistics_do_not_move(trainable):
    model = transfer((32, 32, 3), 3, "MobileNet", weights=None, alpha=0.25)
    inside = backbone_of(model)
    settle(inside)
    moving = [each for each in inside.weights if "moving" in each.path]
    before = [np.array(each) for each in moving]
    kernel = np.array(inside.layers[1].kernel)
    train(model, trainable)
    assert len(moving) == 2 * 27
    for now, then in zip(moving, before, strict=True):
        np.testing.assert_array_equal(np.array(now), then)
    assert (np.abs(np.array(inside.layers[1].kernel) - kernel).max() > 0) == (trainable == "all")


def test_statistics_move_where_it_is_asked_for_and_only_where_layers_train():
    model = transfer(
        (32, 32, 3), 3, "MobileNet", weights=None, alpha=0.25, batch_normalization="training"
    )
    moving = [each for each in backbone_of(model).weights if "moving" in each.path]
    before = [np.array(each) for each in moving]
    train(model, "head", "training")
    assert all((np.array(a) == b).all() for a, b in zip(moving, before, strict=True))
    train(model, "all", "training")
    assert all((np.array(a) != b).any() for a, b in zip(moving, before, strict=True))


def test_they_do_not_move_in_a_model_that_was_saved_and_is_trained_by_keras_alone(tmp_path):
    transfer((32, 32, 3), 3, "MobileNet", weights=None, alpha=0.25).save(tmp_path / "m.keras")
    model = keras.models.load_model(tmp_path / "m.keras")
    moving = [each for each in backbone_of(model).weights if "moving" in each.path]
    before = [np.array(each) for each in moving]
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(IMAGES, LABELS, verbose=0)
    assert all((np.array(a) == b).all() for a, b in zip(moving, before, strict=True))


def test_grey_images_and_other_sizes():
    model = transfer((20, 24, 1), 3, "MobileNet", weights=None, alpha=0.25, input_size=(32, 48))
    assert backbone_of(model).input_shape == (None, 32, 48, 3)
    assert model.predict(IMAGES[:, :20, :24, :1], verbose=0).shape == (8, 3)


def test_images_are_scaled_bilinearly_and_a_plain_call_is_inference():
    model = transfer(
        (20, 24, 3), 3, "MobileNet", weights=None, alpha=0.25, input_size=(32, 48),
        batch_normalization="training", dropout=0.9,
    )  # fmt: skip
    settle(backbone_of(model))
    images = IMAGES[:, :20, :24].astype("float32")
    wanted = model.predict(images, verbose=0)
    np.testing.assert_allclose(np.array(model(images)), wanted, rtol=1e-4, atol=1e-5)
    scaled = keras.layers.Resizing(32, 48, dtype="float32")(images)
    resize = next(each for each in model.operations if each.name.startswith("resize"))
    first = keras.Model(model.inputs, resize.output)
    np.testing.assert_allclose(np.array(first(images)), np.array(scaled), rtol=1e-6, atol=1e-4)


def test_both_poolings_and_dense_layers():
    model = transfer(
        (32, 32, 3), 3, "MobileNet", weights=None, alpha=0.25, pooling="both", dense_units=(16, 8),
        dropout=0.5,
    )  # fmt: skip
    dense = [each for each in model.layers if isinstance(each, keras.layers.Dense)]
    assert [each.kernel.shape for each in dense] == [(512, 16), (16, 8), (8, 3)]
    assert sum(isinstance(each, keras.layers.Dropout) for each in model.layers) == 3


@pytest.mark.parametrize(
    ("shape", "backbone", "options", "place", "says"),
    [
        ((32, 32, 3), "Xception", {}, "model.backbone", "at least 71x71"),
        ((16, 16, 3), "ResNet50", {}, "model.backbone", r"input_size=\(224, 224\)"),
        ((32, 32, 4), "ResNet50", {}, "backbone", "3 channels, or of 1; got 4"),
        ((32, 32, 3), "ResNet5", {}, "backbone", "Did you mean 'ResNet50'"),
        ((32, 32, 3), "ResNet50", {"pooling": "sum"}, "transfer: pooling", "'average'"),
        ((32, 32, 3), "ResNet50", {"alpha": 0.5}, "model.alpha", "no effect"),
        ((32, 32, 3), "own.keras", {"alpha": 0.5}, "model.alpha", "no effect"),
    ],
)
def test_what_cannot_be_is_refused(shape, backbone, options, place, says):
    with pytest.raises(RecipeError, match=says) as raised:
        transfer(shape, 3, backbone, weights=None, **options)
    assert raised.value.where == place


def test_the_backbone_alone():
    model = published_backbone("MobileNet", (32, 32, 3), weights=None, alpha=0.25)
    assert [each.shape for each in model.weights] == [
        each.shape for each in small_mobilenet().weights
    ]
