"""KerasHub's backbones: as the library builds them, given what their preset says, in a network."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from hub_presets import CONFIGS, features, is_plain, keras_hub, save_preset

from keras_recipes import RecipeError
from keras_recipes.model_stages import head_and_stages
from keras_recipes.models import hub_backbone as module
from keras_recipes.models import set_trainable, transfer
from keras_recipes.models.hub_backbone import FAMILIES, hub_backbone
from keras_recipes.optimizers import layer_multipliers

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (4, 32, 32, 3)).astype("uint8")
LABELS = np.arange(4) % 3
TOKENS = {"ViT": 1, "DeiT": 2, "DINOV2": 3, "DINOV3": 5}


QUICK = ("ResNet", "EfficientNet", "MobileNet", "VGG", "ViT", "DINOV2")


def some(families):
    """The rest is slow, since there are so many."""
    return [
        pytest.param(each, marks=() if each in QUICK else pytest.mark.slow)
        for each in sorted(families)
    ]


def body_of(model):
    return next(each for each in model.layers if isinstance(each, keras.Model))


def save(folder, family, **changes):
    backbone, converter = save_preset(folder, family, **changes)
    return f"keras_hub:{folder}", backbone, converter


def test_every_family_is_tried():
    assert sorted(FAMILIES) == sorted(CONFIGS)


@pytest.mark.parametrize("family", some(CONFIGS))
def test_a_preset_computes_what_the_library_computes(family, tmp_path):
    name, backbone, converter = save(tmp_path / "preset", family)
    model = transfer((32, 32, 3), 3, name)
    inside = body_of(model)
    assert [type(each) for each in inside.layers] == [type(each) for each in backbone.layers]
    for ours, librarys in zip(inside.get_weights(), backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, librarys)
    wanted = features(backbone, converter(IMAGES))
    leading = TOKENS.get(family, 0)
    wanted = wanted[:, 0] if leading else wanted.mean(axis=tuple(range(1, wanted.ndim - 1)))
    head = model.get_layer("logits")
    wanted = wanted @ np.array(head.kernel) + np.array(head.bias)
    got = model.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-4)
    assert (type(inside) is type(backbone)) != is_plain(family)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(IMAGES, verbose=0), got, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("family", ["ResNet", "VGG", "MobileNet", "ViT", "Xception", "DenseNet"])
def test_images_are_prepared_as_the_presets_own_converter_does(family, tmp_path):
    name, _, converter = save(tmp_path, family)
    rescaling = hub_backbone(name, (32, 32, 3)).rescaling
    assert type(rescaling) is keras.layers.Rescaling
    np.testing.assert_allclose(
        np.array(rescaling(IMAGES)), np.array(converter(IMAGES)), rtol=1e-6, atol=1e-6
    )
    assert rescaling.compute_dtype == "float32"


@pytest.mark.parametrize("family", ["ResNet", "MobileNet"])
def test_statistics_do_not_move(family, tmp_path):
    name, _, _ = save(tmp_path, family)
    model = transfer((32, 32, 3), 3, name)
    still = [each for each in model.weights if "moving" in each.path or "gamma" in each.path]
    kernels = [each for each in body_of(model).weights if "kernel" in each.path]
    before = [np.array(each) for each in still]
    assert len(before) >= 9
    for trainable in ("head", "all"):
        set_trainable(model, trainable, batch_normalization="inference")
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        old = [np.array(each) for each in kernels]
        model.fit(IMAGES, LABELS, verbose=0)
        for now, then in zip(still, before, strict=True):
            np.testing.assert_array_equal(np.array(now), then)
        changed = [(np.array(a) != b).any() for a, b in zip(kernels, old, strict=True)]
        assert any(changed) == (trainable == "all")


def test_statistics_move_where_it_is_asked_for(tmp_path):
    name, _, _ = save(tmp_path, "MobileNet")
    model = transfer((32, 32, 3), 3, name, batch_normalization="training")
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    moving = [each for each in model.weights if "moving_mean" in each.path]
    before = [np.array(each) for each in moving]
    model.fit(IMAGES, LABELS, verbose=0)
    assert all((np.array(a) != b).any() for a, b in zip(moving, before, strict=True))


STAGES = {
    "DINOV2": 3, "DenseNet": 4, "EfficientNet": 2, "MiT": 2, "MobileNet": 4, "ResNet": 3,
    "SwinTransformer": 3, "VGG": 3, "ViT": 4,
}  # fmt: skip


@pytest.mark.parametrize("family", some(STAGES))
def test_stages_go_by_resolution_or_by_block(family, tmp_path):
    stages = STAGES[family]
    name, _, _ = save(tmp_path, family)
    model = transfer((32, 32, 3), 3, name)
    head, found = head_and_stages(model)
    assert [each.name for each in head] == ["logits"]
    assert len(found) == stages
    set_trainable(model, "all")
    factors = {id(variable): factor for variable, factor in layer_multipliers(model, decay=0.5)}
    assert set(factors) == {id(each) for each in model.trainable_variables}
    assert set(factors.values()) == {0.5**depth for depth in range(stages + 1)}


def test_other_sizes_grey_images_and_weights_as_new(tmp_path):
    name, backbone, _ = save(tmp_path, "ResNet")
    model = transfer((40, 24, 1), 3, name, input_size=(48, 64), pooling="both")
    assert body_of(model).input_shape == (None, 48, 64, 3)
    assert model.predict(np.zeros((1, 40, 24, 1)), verbose=0).shape == (1, 3)
    new = body_of(transfer((32, 32, 3), 3, name, weights=None))
    kernels = [each for each in new.weights if "kernel" in each.path]
    old = {each.path: np.array(each) for each in backbone.weights}
    assert all((np.array(each) != old[each.path]).any() for each in kernels)


def test_dino_takes_other_sizes_with_its_weights(tmp_path):
    name, _, _ = save(tmp_path, "DINOV2")
    assert transfer((48, 48, 3), 3, name).predict(np.zeros((1, 48, 48, 3)), verbose=0).shape == (
        1,
        3,
    )


def test_a_vit_without_class_token_is_averaged(tmp_path):
    name, backbone, converter = save(tmp_path, "ViT", use_class_token=False)
    assert hub_backbone(name, (32, 32, 3)).leading_tokens == 0
    model = transfer((32, 32, 3), 3, name)
    vector = keras.Model(model.inputs, model.get_layer("logits").input)
    wanted = features(backbone, converter(IMAGES)).mean(1)
    np.testing.assert_allclose(np.array(vector(IMAGES)), wanted, rtol=1e-3, atol=1e-4)
    with pytest.raises(RecipeError, match="no class token"):
        transfer((32, 32, 3), 3, name, pooling="token")


def test_what_is_saved_loads_with_keras_alone_or_says_what_it_needs(tmp_path, root):
    plain = transfer((32, 32, 3), 3, save(tmp_path / "plain", "ResNet")[0])
    plain.save(tmp_path / "plain.keras")
    transfer((32, 32, 3), 3, save(tmp_path / "own", "ViT")[0]).save(tmp_path / "own.keras")
    script = (
        "import sys; sys.modules['keras_hub'] = None; from pathlib import Path\n"
        "from keras_recipes.errors import RecipeError\n"
        "from keras_recipes.models import hub_backbone, transfer\n"
        "from keras_recipes.training.trained_model import SavedModel, open_model\n"
        "hub_backbone.importlib.util.find_spec = lambda name: None\n"
        "print(open_model(SavedModel(file=Path('plain.keras'))).model.count_params())\n"
        "for load in (lambda: open_model(SavedModel(file=Path('own.keras'))),\n"
        "             lambda: transfer((32, 32, 3), 3, 'own.keras')):\n"
        "    try:\n"
        "        load()\n"
        "    except RecipeError as error:\n"
        "        print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path,
        env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count, *errors = done.stdout.splitlines()
    assert int(count) == plain.count_params()
    assert len(errors) == 2
    assert all("keras-hub, which is not installed" in each for each in errors)
    assert all("pip install 'keras_recipes[hub]'" in each for each in errors)


def test_a_model_that_was_trained_so_is_a_backbone_again(tmp_path):
    name, _, _ = save(tmp_path / "preset", "MobileNet")
    transfer((32, 32, 3), 3, name).save(tmp_path / "first.keras")
    model = transfer((32, 32, 3), 5, str(tmp_path / "first.keras"))
    assert model.predict(IMAGES, verbose=0).shape == (4, 5)


def test_a_frozen_preset_trains_all_the_same(tmp_path):
    backbone, _ = save_preset(tmp_path, "VGG")
    backbone.trainable = False
    backbone.save_to_preset(str(tmp_path))
    model = transfer((32, 32, 3), 3, f"keras_hub:{tmp_path}")
    assert len(model.trainable_weights) == 2 * 3 + 2


def without_file(folder, file):
    save_preset(folder, "VGG")
    (folder / file).unlink()


def of_another_kind(folder):
    save_preset(folder, "VGG")
    config = json.loads((folder / "config.json").read_text())
    config["class_name"] = "BertBackbone"
    (folder / "config.json").write_text(json.dumps(config))


def with_a_damaged_config(folder):
    folder.mkdir()
    (folder / "config.json").write_text("{")


@pytest.mark.parametrize(
    ("make", "place", "says"),
    [
        (lambda folder: None, "model.backbone", "no config.json"),
        (with_a_damaged_config, "model.backbone", "no preset's config"),
        (of_another_kind, "model.backbone", "BertBackbone, no backbone for images. Use one"),
        (lambda folder: without_file(folder, "image_converter.json"), "model.backbone",
         "no image_converter.json, which says how images are prepared"),
        (lambda folder: without_file(folder, "model.weights.h5"), "model.weights",
         "begin as new: weights=None"),
        (lambda folder: save_preset(folder, "ViT", side=64), "model.backbone",
         "can't be built for images (32, 32, 3)"),
        (lambda folder: save_preset(folder, "ViT", side=64), "model.backbone",
         "Let it scale them: input_size=(32, 32)."),
    ],
)  # fmt: skip
def test_a_folder_that_will_not_do_is_refused(make, place, says, tmp_path):
    make(tmp_path / "preset")
    with pytest.raises(RecipeError) as raised:
        transfer((32, 32, 3), 3, f"keras_hub:{tmp_path / 'preset'}")
    assert raised.value.where == place
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("resnet_50_imagenett", {}, "Did you mean 'keras_hub:resnet_50_imagenet'?"),
        ("nothing_like_it", {}, "Use one of these families: CSPNet, "),
        ("bert_base_en", {}, "whose backbone is none for images"),
        ("resnet_50_imagenet", {"weights": "own.h5"}, "brings its own"),
        ("resnet_50_imagenet", {"alpha": 0.5}, "model.alpha has no effect"),
    ],
)
def test_a_name_that_will_not_do_is_refused(name, options, says):
    with pytest.raises(RecipeError) as raised:
        transfer((32, 32, 3), 3, f"keras_hub:{name}", **options)
    assert says in str(raised.value)


def test_without_a_network_the_error_says_what_to_put_where(monkeypatch, tmp_path):
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))
    asked = []
    monkeypatch.setattr(module, "is_reachable", lambda url: asked.append(url))
    with pytest.raises(RecipeError) as raised:
        transfer((32, 32, 3), 3, "keras_hub:resnet_18_imagenet")
    assert asked[0].startswith(
        "https://www.kaggle.com/models/keras/resnetv1/keras/resnet_18_imagenet"
    )
    assert f"{asked[0]} can't be reached" in str(raised.value)
    assert "keras_hub:./FOLDER" in raised.value.fix
    assert str(tmp_path / "models" / "keras" / "resnetv1") in raised.value.fix


def test_what_was_fetched_once_needs_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "is_reachable", lambda url: pytest.fail("asked for the network"))
    presets = keras_hub.models.ResNetBackbone.presets
    address = presets["resnet_18_imagenet"]["kaggle_handle"].removeprefix("kaggle://")
    folder = tmp_path / "models" / address
    backbone, _ = save_preset(folder, "ResNet")
    marks = folder.parent / ".complete" / folder.name
    marks.mkdir(parents=True)
    for file in list(folder.iterdir()):
        (marks / f"{file.name}.complete").touch()
    inside = body_of(transfer((32, 32, 3), 3, "keras_hub:resnet_18_imagenet"))
    for ours, librarys in zip(inside.get_weights(), backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, librarys)


def test_without_the_library_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(RecipeError, match=r"pip install 'keras_recipes\[hub\]'"):
        transfer((32, 32, 3), 3, "keras_hub:resnet_18_imagenet")
