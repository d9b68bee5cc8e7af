"""A network of KerasHub, with the preparation of images that its preset states."""

import difflib
import importlib.util
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
from keras import layers

from keras_recipes.backbones import KERAS_HUB, is_folder_of_preset
from keras_recipes.errors import RecipeError, some_of
from keras_recipes.network import is_reachable

FAMILIES = (
    "CSPNet", "DINOV2", "DINOV3", "DeiT", "DenseNet", "EfficientNet", "MiT", "MobileNet", "ResNet",
    "SwinTransformer", "VGG", "ViT", "Xception",
)  # fmt: skip
"""Those of KerasHub that take one image and return one image, or one sequence, of features."""

INSTALL = "Install it: pip install 'keras_recipes[hub]'."


@dataclass(frozen=True, kw_only=True)
class HubBackbone:
    """What a preset holds for images.

    Attributes:
        model: from prepared images to features, `(batch, height, width, channels)` or
            `(batch, tokens, channels)`.
        rescaling: the layer that brings images, 0..255, to what the weights were trained on; it
            computes what the preset's own `ImageConverter` does after resizing, in float32.
        leading_tokens: those of a sequence that are no patch; the first is the class token.
    """

    model: Any
    rescaling: Any
    leading_tokens: int

    def features(self, images):
        """Symbolic features of symbolic images, `(batch, height, width, channels)`, 0..255."""
        x = self.rescaling(images)
        inputs = self.model.input  # some families give the one image that they take a name
        return self.model(dict.fromkeys(inputs, x) if isinstance(inputs, dict) else x)


def hub_backbone(name, image_shape, *, weights="imagenet") -> HubBackbone:
    """A backbone of KerasHub, as the library builds it for images of a size.

    Where all of its layers are Keras's own, it comes as a plain model of the same layers, so that
    what is saved loads with Keras alone; elsewhere it is the library's, and loading needs it.

    Args:
        name: `keras_hub:` and a preset's name, such as `keras_hub:resnet_50_imagenet`, or the
            folder of a saved one, such as `keras_hub:./resnet`.
        image_shape: `(height, width, channels)` of the images.
        weights: "imagenet" for what the preset brings, or None for weights as new.

    Raises:
        RecipeError: if KerasHub is not installed, there is no such preset, it is none of one of the
            `FAMILIES`, it can't be fetched, or can't take such images.
    """
    if weights not in ("imagenet", None):
        raise RecipeError(
            "model.weights", f"has no effect: {name} brings its own; got {weights!r}",
            "Leave it out, or set it None to begin as new.",
        )  # fmt: skip
    library = _library(name)
    preset = name.removeprefix(KERAS_HUB)
    if is_folder_of_preset(preset):
        family, fix = _family_in(Path(preset), weights), "Is it as save_to_preset has written it?"
    else:
        family, fix = _family_of(library, preset)
    try:
        converter = library.layers.ImageConverter.from_preset(preset)
    except (OSError, ValueError, TypeError) as error:
        raise RecipeError("model.backbone", f"{name} can't be read: {_first(error)}", fix) from None
    try:
        backbone = _build(library, family, preset, image_shape, weights)
    except OSError as error:
        raise RecipeError("model.backbone", f"{name} can't be read: {_first(error)}", fix) from None
    except (ValueError, TypeError) as error:
        size = tuple(converter.image_size or (224, 224))
        raise RecipeError(
            "model.backbone", f"{name} can't be built for images {tuple(image_shape)}: "
            f"{_first(error)}", f"Let it scale them: input_size={size}.",
        ) from None  # fmt: skip
    return HubBackbone(
        model=_plain(backbone),
        rescaling=_rescaling(converter),
        leading_tokens=_leading_tokens(family, backbone),
    )


def needs_keras_hub(error) -> bool:
    """Whether a saved model could not be loaded because KerasHub is not installed."""
    return "keras_hub" in str(error) and importlib.util.find_spec("keras_hub") is None


def _library(name):
    try:
        import keras_hub
    except ImportError as error:
        raise RecipeError(
            "model.backbone", f"{name} needs keras-hub, which can't be imported: {_first(error)}",
            INSTALL,
        ) from None  # fmt: skip
    return keras_hub


def _family_in(folder, weights):
    """The family of a preset in a folder, which has all that is needed of it."""
    where, fix = "model.backbone", "Name a folder that KerasHub's save_to_preset has written."
    try:
        kind = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["class_name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = "no config.json" if isinstance(error, FileNotFoundError) else "no preset's config"
        raise RecipeError(where, f"{folder} has {reason}", fix) from None
    family = kind.removesuffix("Backbone")
    if family not in FAMILIES:
        raise RecipeError(where, f"{folder} holds a {kind}, no backbone for images", _families())
    if not (folder / "image_converter.json").is_file():
        raise RecipeError(
            where, f"{folder} has no image_converter.json, which says how images are prepared",
            "Save it there as well: keras_hub.layers.ImageConverter(...).save_to_preset(folder).",
        )  # fmt: skip
    if weights is not None and not any(folder.glob("model.weights.*")):
        raise RecipeError(
            "model.weights", f"are not in {folder}: it has no model.weights.h5",
            "Save the backbone there by save_to_preset, or begin as new: weights=None.",
        )  # fmt: skip
    return family


def _family_of(library, preset):
    """The family of a named preset, and what to do if it can't be fetched."""
    known = {}
    for family in FAMILIES:
        presets = getattr(getattr(library.models, f"{family}Backbone", None), "presets", {})
        known |= {each: (family, presets[each]["kaggle_handle"]) for each in presets}
    if preset not in known:
        close = difflib.get_close_matches(preset, known, n=1)
        other = preset in library.models.Backbone.presets
        raise RecipeError(
            "model.backbone", f"is {KERAS_HUB + preset!r}, "
            + ("whose backbone is none for images" if other else "which KerasHub does not have"),
            f"Did you mean {KERAS_HUB + close[0]!r}?" if close and not other else _families(),
        )  # fmt: skip
    family, handle = known[preset]
    address = handle.removeprefix("kaggle://")
    cache = Path(os.environ.get("KAGGLEHUB_CACHE") or Path.home() / ".cache" / "kagglehub")
    kept = cache / "models" / address
    page = f"https://www.kaggle.com/models/{address}"
    fix = (
        f"Download {page} where there is a network, put its files into a folder, and name that: "
        f"{KERAS_HUB}./FOLDER; a machine that has it keeps it in {kept}."
    )
    if not (kept / "config.json").is_file() and not is_reachable(url=page):
        raise RecipeError(
            "model.backbone", f"{KERAS_HUB}{preset} is not on this machine, and {page} can't be "
            "reached", fix,
        )  # fmt: skip
    return family, fix


def _families():
    return f"Use one of these families: {some_of(FAMILIES, len(FAMILIES))}."


def _build(library, family, preset, image_shape, weights):
    # The one family that calls it by another name.
    argument = "input_shape" if family == "EfficientNet" else "image_shape"
    backbone = library.models.Backbone.from_preset(
        preset, load_weights=weights is not None, **{argument: tuple(image_shape)}
    )
    backbone.trainable = True  # it may have been saved frozen
    return backbone


def _plain(backbone):
    """The same layers as a plain model, where all of them are Keras's own."""
    inside = [each for each in backbone._flatten_layers() if each is not backbone]
    if all(type(each).__module__.partition(".")[0] == "keras" for each in inside):
        return keras.Model(backbone.inputs[0], backbone.outputs[0], name=backbone.name)
    return backbone


def _rescaling(converter):
    scale = 1.0 if converter.scale is None else converter.scale
    offset = 0.0 if converter.offset is None else converter.offset
    return layers.Rescaling(_numbers(scale), _numbers(offset), dtype="float32")


def _numbers(value):
    return [float(each) for each in value] if isinstance(value, list | tuple) else float(value)


def _leading_tokens(family, backbone):
    shape = backbone.outputs[0].shape
    if len(shape) == 4 or family == "SwinTransformer":
        return 0
    patch = backbone.patch_size
    height, width = patch if isinstance(patch, list | tuple) else (patch, patch)
    image = backbone.inputs[0].shape
    return shape[1] - math.floor(image[1] / height) * math.floor(image[2] / width)


def _first(error):
    """The first line of what an error says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
