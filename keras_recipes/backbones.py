"""The networks of `keras.applications` and of KerasHub by name, known without loading Keras."""

import os

KERAS_HUB = "keras_hub:"
"""What the name of a preset of KerasHub, or of a folder that holds one, begins with."""

_MODES = {
    "tf": (
        "InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2", "NASNetLarge",
        "NASNetMobile", "ResNet101V2", "ResNet152V2", "ResNet50V2", "Xception",
    ),
    "caffe": ("ResNet101", "ResNet152", "ResNet50", "VGG16", "VGG19"),
    "torch": ("DenseNet121", "DenseNet169", "DenseNet201"),
    "within": (
        "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtSmall", "ConvNeXtTiny", "ConvNeXtXLarge",
        "EfficientNetB0", "EfficientNetB1", "EfficientNetB2", "EfficientNetB3", "EfficientNetB4",
        "EfficientNetB5", "EfficientNetB6", "EfficientNetB7", "EfficientNetV2B0",
        "EfficientNetV2B1", "EfficientNetV2B2", "EfficientNetV2B3", "EfficientNetV2L",
        "EfficientNetV2M", "EfficientNetV2S", "MobileNetV3Large", "MobileNetV3Small",
    ),
}  # fmt: skip
"""How the weights were trained: by the network's name in `keras.applications`."""

BACKBONES = {name: mode for mode, names in _MODES.items() for name in names}
"""Name of each network of `keras.applications` to how its images are prepared."""

WIDTHS = {
    "MobileNet": (0.25, 0.5, 0.75, 1.0),
    "MobileNetV2": (0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    "MobileNetV3Large": (0.75, 1.0),
    "MobileNetV3Small": (0.75, 1.0),
}
"""Those that there are in several widths, and the widths (`alpha`) with published weights."""


def is_folder_of_preset(preset: str) -> bool:
    """Whether what follows `KERAS_HUB` is a folder: presets' names have no slash and no dot first.

    A folder beside the recipe is `./folder`.
    """
    return preset.startswith((".", "~")) or "/" in preset or os.sep in preset
